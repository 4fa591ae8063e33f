"""What the demo province comes to: figures to aim at, and the organisations in it. Only the generator reads them."""

import tomllib
from importlib.resources import files
from typing import Any

from pydantic import BaseModel, ConfigDict

DATA = files("registry") / "data" / "demo"


class _Section(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True)


class OnFile(_Section):
    """People on file at the end of the year, and the communes they live in."""

    persons: int
    addicted: int
    communes: int


class Rehab(_Section):
    """People treated in the year; no one twice."""

    community: int
    facility_voluntary: int
    facility_compulsory: int


class Registered(_Section):
    """Registrations from the beginning until the end of the year."""

    community: int
    facility_voluntary: int


class Methadone(_Section):
    """People treated with methadone at the end of the year."""

    patients: int


class Around(_Section):
    """Records that surround the figures and must not count in them."""

    former_persons: int
    later_persons: int
    facility_compulsory_registered: int
    suspected_counts: int
    drug_free_communes: int
    health_stations: int
    counselling_points: int
    volunteer_teams: int
    clubs: int
    commune_plans: int
    active_communes: int


class Targets(_Section):
    """The whole file."""

    seed: int
    unit: str
    year: int
    on_file: OnFile
    rehab: Rehab
    registered: Registered
    methadone: Methadone
    around: Around
    organisations: tuple[dict[str, Any], ...]


def read_targets() -> Targets:
    """Read the province of the demo."""
    return Targets.model_validate(tomllib.loads((DATA / "phu_yen_2020.toml").read_text("utf-8")))
