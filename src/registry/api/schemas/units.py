"""Answers about administrative units."""

from datetime import date
from typing import Annotated, Any, Self

from pydantic import Field

from registry.api.pagination import Page
from registry.api.schemas.fields import Out, UnitCode
from registry.domain.unit import Certainty, Level, Succession, SuccessionKind, UnitType, UnitVersion

Code = Annotated[
    UnitCode, Field(description="Code of the statistics office; codes were reused in July 2025.", examples=["54"])
]
Name = Annotated[str, Field(max_length=100, description="Name with its type.", examples=["Tỉnh Phú Yên"])]
ValidFrom = Annotated[
    date | None,
    Field(description="First day of this name, type and parent; null where it lies before the list of February 2020."),
]
ValidTo = Annotated[
    date | None,
    Field(description="First day on which they no longer held; null while they do.", examples=["2025-07-01"]),
]


class UnitNameOut(Out):
    """A unit by its name."""

    code: Code
    name: Name
    level: Level = Field(description="Tier; districts ended on 2025-07-01.", examples=["province"])
    type: UnitType = Field(description="What the unit calls itself.", examples=["tinh"])


class UnitOut(UnitNameOut):
    """A unit as it was on the date asked for."""

    parent_code: UnitCode | None = Field(
        description="The unit it lay in: a commune's district, from 2025-07-01 its province; null for a province."
    )
    valid_from: ValidFrom
    valid_to: ValidTo
    lat: Annotated[float, Field(ge=-90, le=90)] | None = Field(description="Latitude of a centre (WGS 84), if known.")
    lon: Annotated[float, Field(ge=-180, le=180)] | None = Field(
        description="Longitude of a centre (WGS 84), if known."
    )
    area_km2: Annotated[float, Field(ge=0, le=400_000)] | None = Field(description="Area in km², if known.")

    @classmethod
    def of(cls, unit: UnitVersion, *, parent_code: str | None, **more: Any) -> Self:  # noqa: ANN401 - a subclass's fields
        return cls(
            code=unit.code,
            name=unit.name,
            level=unit.level,
            type=unit.type,
            parent_code=parent_code,
            valid_from=unit.since,
            valid_to=unit.until,
            lat=unit.lat,
            lon=unit.lon,
            area_km2=unit.area_km2,
            **more,
        )


class UnitPage(Page[UnitOut]):
    """Units in Vietnamese order of their names."""


class UnitPeriodOut(Out):
    """What the code named in one period."""

    name: Name
    type: UnitType = Field(description="What the unit called itself.", examples=["tinh"])
    valid_from: ValidFrom
    valid_to: ValidTo
    is_same_unit: bool = Field(description="False where the code named another territory than the unit asked for.")

    @classmethod
    def of(cls, period: UnitVersion, *, asked: UnitVersion) -> Self:
        return cls(
            name=period.name,
            type=period.type,
            valid_from=period.since,
            valid_to=period.until,
            is_same_unit=period.unit_id == asked.unit_id,
        )


class UnitDetailOut(UnitOut):
    """A unit as it was on the date asked for, what it lay in, and all that its code has named."""

    on: date = Field(description="The date asked for.", examples=["2020-12-31"])
    ancestors: list[UnitNameOut] = Field(description="The units it lay in on that date, nearest first.", max_length=2)
    periods: list[UnitPeriodOut] = Field(description="What the code named over time, oldest first.", max_length=100)


class SuccessorOut(UnitNameOut):
    """A unit that the territory of an ended one went to, as it was at the change."""

    kind: SuccessionKind = Field(description="`whole`: all of the old unit went there; `part`: it was divided.")
    is_default: bool = Field(description="The one to use where nothing finer than the old unit is known.")

    @classmethod
    def of(cls, succession: Succession, successor: UnitVersion) -> Self:
        return cls(
            code=successor.code,
            name=successor.name,
            level=successor.level,
            type=successor.type,
            kind=succession.kind,
            is_default=succession.is_default,
        )


class PlaceOut(UnitNameOut):
    """Where records of a unit are counted."""

    on: date = Field(description="The date of the map.", examples=["2026-11-22"])
    certainty: Certainty = Field(
        description="`same`: the unit itself. `whole`: all of it lies there. `part`: the default part of a divided "
        "unit. `unplaced`: no successor is on file, so the smallest unit left around it, until an officer decides."
    )

    @classmethod
    def of(cls, unit: UnitVersion, *, on: date, certainty: Certainty) -> Self:
        return cls(code=unit.code, name=unit.name, level=unit.level, type=unit.type, on=on, certainty=certainty)


class SuccessorsOut(UnitNameOut):
    """What became of a unit."""

    ended_on: date | None = Field(
        description="First day on which the unit no longer existed; null while it does.", examples=["2025-07-01"]
    )
    successors: list[SuccessorOut] = Field(
        description="Where its territory went, the default first; empty while it exists, and for the mergers around "
        "2020-03-01 and 2025-01-01, for which no succession is on file.",
        max_length=50,
    )
    counted_in: PlaceOut = Field(description="Where records of the unit are counted on today's map.")
