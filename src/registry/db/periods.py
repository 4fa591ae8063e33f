"""Periods as conditions: what is there on a day, or dated within days."""

from datetime import date
from typing import Any

from sqlalchemy import ColumnElement
from sqlmodel import and_, col, or_


def holds(table: Any, *, on: date) -> ColumnElement[bool]:  # noqa: ANN401 - any table whose rows hold from day to day
    """What holds on a day: from its first day until the last, on which it does not hold any more."""
    return and_(col(table.from_on) <= on, or_(col(table.to_on).is_(None), col(table.to_on) > on))


def works(table: Any, *, on: date) -> ColumnElement[bool]:  # noqa: ANN401 - any table of organisations
    """Which organisations are at work on a day: from the first day to the last, both included."""
    return and_(col(table.opened_on) <= on, or_(col(table.closed_on).is_(None), col(table.closed_on) >= on))


def between(column: Any, first: date | None, last: date | None) -> list[ColumnElement[bool]]:  # noqa: ANN401 - a column of any table
    """What a column dates from one day to another, both included; None is no bound."""
    bounds = [] if first is None else [col(column) >= first]
    return bounds if last is None else [*bounds, col(column) <= last]
