"""The map: units, their versions, the editions, and what answers every question across a change.

Periods are half-open. A period that began before the first list starts at `-infinity`, one that
goes on ends at `infinity`, so that comparisons need no special case. `unit` only ever grows:
everything refers to its ids. The other tables are rebuilt from the files of the package.
"""

from datetime import date

from sqlalchemy import CheckConstraint, Double, Index, SmallInteger, String, Text
from sqlmodel import Field, SQLModel

from registry.db.tables.columns import Bytewise, Coded, one_of
from registry.domain.unit import Certainty, Level, SuccessionKind, UnitType


class UnitRow(SQLModel, table=True):
    """A territory, from its first day to its last."""

    __tablename__ = "unit"
    __table_args__ = (one_of("level", Level),)

    id: int = Field(primary_key=True, sa_column_kwargs={"autoincrement": False})
    level: Level = Field(sa_type=Coded(Level))


class UnitVersionRow(SQLModel, table=True):
    """What a unit was in one period."""

    __tablename__ = "unit_version"
    __table_args__ = (
        one_of("level", Level),
        one_of("type", UnitType),
        CheckConstraint("valid_from < valid_to", name="period"),
        CheckConstraint("code ~ '^[0-9]+$'", name="code"),
        CheckConstraint(
            "length(code) = CASE level WHEN 'province' THEN 2 WHEN 'district' THEN 3 ELSE 5 END", name="code_length"
        ),
        Index("uq_unit_version_code_valid_from", "code", "valid_from", unique=True),
    )

    unit_id: int = Field(primary_key=True, foreign_key="unit.id")
    valid_from: date = Field(primary_key=True)
    valid_to: date
    code: str = Field(sa_type=String(5))
    name: str = Field(sa_type=Text)
    name_folded: str = Field(sa_type=Bytewise)
    name_sort: str = Field(sa_type=Bytewise)
    type: UnitType = Field(sa_type=Coded(UnitType))
    level: Level = Field(sa_type=Coded(Level))
    parent_id: int | None = Field(default=None, foreign_key="unit.id")
    lat: float | None = Field(default=None, sa_type=Double)
    lon: float | None = Field(default=None, sa_type=Double)
    area_km2: float | None = Field(default=None, sa_type=Double)


class MapEditionRow(SQLModel, table=True):
    """A period in which the whole map stays as it is."""

    __tablename__ = "map_edition"
    __table_args__ = (CheckConstraint("valid_from < valid_to", name="period"),)

    edition: int = Field(primary_key=True, sa_type=SmallInteger, sa_column_kwargs={"autoincrement": False})
    valid_from: date = Field(unique=True)
    valid_to: date


class UnitOnRow(SQLModel, table=True):
    """Where a unit is found on an edition that is not before its beginning, and how surely."""

    __tablename__ = "unit_on"
    __table_args__ = (
        one_of("certainty", Certainty),
        Index("ix_unit_on_edition_there_unit_id", "edition", "there_unit_id"),
    )

    unit_id: int = Field(primary_key=True, foreign_key="unit.id")
    edition: int = Field(primary_key=True, sa_type=SmallInteger, foreign_key="map_edition.edition")
    there_unit_id: int = Field(foreign_key="unit.id")
    certainty: Certainty = Field(sa_type=Coded(Certainty))


class UnitSuccessionRow(SQLModel, table=True):
    """An ended unit's territory, or a part of it, went to another unit."""

    __tablename__ = "unit_succession"
    __table_args__ = (
        one_of("kind", SuccessionKind),
        Index("uq_unit_succession_one_default", "old_unit_id", unique=True, postgresql_where="is_default"),
        Index("ix_unit_succession_new_unit_id", "new_unit_id"),
    )

    old_unit_id: int = Field(primary_key=True, foreign_key="unit.id")
    new_unit_id: int = Field(primary_key=True, foreign_key="unit.id")
    kind: SuccessionKind = Field(sa_type=Coded(SuccessionKind))
    is_default: bool


class MapSourceRow(SQLModel, table=True):
    """The files that the map in the database was built from, by their SHA-256."""

    __tablename__ = "map_source"

    sha256: str = Field(primary_key=True, sa_type=String(64))
