"""What the communes of the demo report and do: suspected people, decisions, how many live there, activities."""

from collections.abc import Iterator, Sequence
from datetime import date, timedelta
from itertools import product
from random import Random
from typing import Any

from registry.api.kinds.commune import POPULATIONS
from registry.api.schemas import examples
from registry.api.schemas.commune import ActivityIn, CommunePopulationIn, ParticipantCount
from registry.api.schemas.situation import CommuneStatusIn, SuspectedCountIn
from registry.demo.batches import Posting
from registry.demo.people import new_id, read_data
from registry.domain.activity import ActivityKind
from registry.domain.situation import CommuneStatus
from registry.domain.sync import SyncKind
from registry.domain.unit import UnitType, UnitVersion

Placed = tuple[UnitVersion, Posting]
"""A record with the commune whose officer posts it."""


def suspected_counts(rng: Random, communes: Sequence[UnitVersion], year: int) -> Iterator[Placed]:
    """Let communes report how many are suspected at the end of the year."""
    for commune in communes:
        count = SuspectedCountIn(
            id=new_id(rng),
            unit_code=commune.code,
            counted_on=date(year, 12, 31),
            count=rng.randint(1, 9),
            source=f"Báo cáo rà soát năm {year}",
        )
        yield commune, Posting(SyncKind.SUSPECTED_COUNT, count)


def recognitions(rng: Random, communes: Sequence[UnitVersion], year: int) -> Iterator[Placed]:
    """Recognise communes as free of drugs from the next year on."""
    for number, commune in enumerate(communes, start=1):
        status = CommuneStatusIn(
            id=new_id(rng),
            unit_code=commune.code,
            status=CommuneStatus.DRUG_FREE,
            from_on=date(year + 1, 1, 1),
            decision_number=f"{number:02}/QĐ-UBND",
            decision_on=date(year, 12, 28),
            issuer="UBND tỉnh Phú Yên",
        )
        yield commune, Posting(SyncKind.COMMUNE_STATUS, status)


def populations(rng: Random, communes: Sequence[UnitVersion], year: int) -> Iterator[Placed]:
    """Say how many live in each commune in each of three years; of the manual's commune as the manual does."""
    for commune, told in product(communes, range(year - 2, year + 1)):
        usual = 7000 if commune.type is UnitType.XA else 11000
        number = CommunePopulationIn(
            id=new_id(rng),
            unit_code=commune.code,
            year=told,
            population=round(rng.lognormvariate(0, 0.35) * usual),
            source=f"Niên giám thống kê tỉnh Phú Yên {told}",
        )
        if commune.code == examples.UNIT_CODE and told == year:
            number = CommunePopulationIn.model_validate(POPULATIONS.examples["statistical_yearbook"])
        yield commune, Posting(SyncKind.COMMUNE_POPULATION, number)


def activities(rng: Random, communes: Sequence[UnitVersion]) -> Iterator[Placed]:
    """Let communes hold one activity of each kind, some weeks apart, and plan another."""
    for commune in communes:
        for usual in read_data("community.toml")["activities"]:
            held_on = usual["on"] + timedelta(days=rng.randint(0, 40))
            activity = ActivityIn(
                id=new_id(rng),
                unit_code=commune.code,
                planned_on=usual["on"],
                held_on=held_on,
                **_told(rng, usual, held_on),
            )
            yield commune, Posting(SyncKind.ACTIVITY, activity)
        ahead = ActivityIn(id=new_id(rng), unit_code=commune.code, **read_data("community.toml")["planned_activity"])
        yield commune, Posting(SyncKind.ACTIVITY, ahead)


def conference(rng: Random, unit_code: str) -> Posting:
    """Let the province hold a conference."""
    usual = read_data("community.toml")["conference"]
    activity = ActivityIn(
        **usual | {"id": new_id(rng), "unit_code": unit_code, "participants": _counted(usual["participants"])}
    )
    return Posting(SyncKind.ACTIVITY, activity)


def _told(rng: Random, usual: dict[str, Any], held_on: date) -> dict[str, Any]:
    """What is said of an activity of its kind."""
    told = {name: usual[name] for name in ("kind", "topic")}
    match ActivityKind(usual["kind"]):
        case ActivityKind.CAMPAIGN:
            counts = {name: rng.randint(*usual[name]) for name in ("reach", "materials") if name in usual}
            return told | {"form": usual["form"], "audiences": usual["audiences"]} | counts
        case ActivityKind.INSPECTION:
            settled_on = held_on + timedelta(days=usual["settles_within"]) if rng.random() < 0.5 else None
            return told | {"findings": usual["findings"], "settled_on": settled_on}
        case ActivityKind.TRAINING | ActivityKind.CONFERENCE:
            came = {role: rng.randint(*some) for role, some in usual["participants"].items()}
            return told | {"participants": _counted(came)}


def _counted(came: dict[str, int]) -> list[ParticipantCount]:
    return [ParticipantCount.model_validate({"role": role, "count": count}) for role, count in came.items()]
