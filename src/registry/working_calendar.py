"""The working calendar of Viet Nam: the holidays of the `holidays` package, corrected by data."""

import tomllib
from collections.abc import Mapping
from datetime import date
from functools import cache
from importlib.resources import files
from pathlib import Path
from typing import Any

import holidays

from registry.domain.working_days import WorkCalendar

_ENTRY = {"on": date, "source": str}


class CorrectionsInvalid(ValueError):
    """A file of corrections does not have its documented form; the service does not start with it."""


@cache
def load(local: Path | None = None) -> WorkCalendar:
    """Read the calendar with the service's own corrections, and those of a local file after them."""
    own = (files("registry") / "data" / "working_days.toml").read_text(encoding="utf-8")
    texts = [own] if local is None else [own, local.read_text(encoding="utf-8")]
    off: frozenset[date] = frozenset()
    worked: frozenset[date] = frozenset()
    for text in texts:
        listed = tomllib.loads(text)
        if unknown := set(listed) - {"off", "worked"}:
            raise CorrectionsInvalid(f"no such list: {', '.join(sorted(unknown))}")
        more_off, more_worked = _days(listed, "off"), _days(listed, "worked")
        off, worked = (off - more_worked) | more_off, (worked - more_off) | more_worked
    return WorkCalendar(holidays.country_holidays("VN").is_working_day, off, worked)


def _days(listed: Mapping[str, Any], name: str) -> frozenset[date]:
    entries = listed.get(name, [])
    for entry in entries:
        if {key: type(value) for key, value in entry.items()} != _ENTRY:
            raise CorrectionsInvalid(f"an entry of {name} needs a date `on` and a text `source`, and nothing else")
    return frozenset(entry["on"] for entry in entries)
