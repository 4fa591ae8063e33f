"""The card of a commune."""

from collections.abc import Iterable, Mapping
from datetime import datetime
from typing import Annotated, Self
from uuid import UUID

from pydantic import Field

from registry.api.language import Language
from registry.api.schemas import examples
from registry.api.schemas.fields import Line, Out, Year
from registry.api.schemas.reports import FigureOut, ReportUnitOut, status_of
from registry.domain.card import FIGURES as CODES
from registry.domain.card import NETWORK, Population, per_10_000
from registry.domain.indicator import FigureStatus, Indicator, Value
from registry.domain.organisation import OrganisationKind
from registry.domain.situation import CommuneStatus

Status = Annotated[
    FigureStatus,
    Field(description="`exact`, or `unknown`: no number of people is on record for the year or one before."),
]


class CardPopulationOut(Out):
    """How many people live in the commune, and the rate that follows."""

    year: Year | None = Field(description="The year of the number: the latest on record that is not after the day's.")
    value: Annotated[int, Field(ge=0, le=10_000_000)] | None = Field(description="Number of people.", examples=[7350])
    status: Status
    on_file_per_10000: Annotated[float, Field(ge=0, le=100_000)] | None = Field(
        description="People on file for 10,000 who live there, to one decimal.", examples=[19.0]
    )

    @classmethod
    def of(cls, population: Population | None, on_file: Value) -> Self:
        value = None if population is None else population.count
        return cls(
            year=None if population is None else population.year,
            value=value,
            status=status_of(value),
            on_file_per_10000=per_10_000(on_file, population),
        )


class CardOrganisationOut(Out):
    """An organisation of the commune."""

    id: UUID = Field(description="Its id in the directory.", examples=[examples.COUNSELLING_POINT])
    name: Line = Field(description="Its name.", examples=["Điểm tư vấn phường 1"])


class CardNetworkOut(Out):
    """Which organisations of a kind the commune has, and how many."""

    kind: OrganisationKind = Field(description="The kind.", examples=["counselling_point"])
    value: Annotated[int, Field(ge=0, le=10_000)] = Field(description="How many are at work on the day.")
    status: FigureStatus = Field(description="Always `exact`: they are on record, or there are none.")
    organisations: list[CardOrganisationOut] = Field(description="Each of them, by name.", max_length=10_000)

    @classmethod
    def of(cls, kind: OrganisationKind, at_work: Iterable[tuple[UUID, str]]) -> Self:
        named = [CardOrganisationOut(id=id_, name=name) for id_, name in at_work]
        return cls(kind=kind, value=len(named), status=FigureStatus.EXACT, organisations=named)


class CommuneCardOut(Out):
    """A commune on one day: its people, their treatment, its decisions, its network."""

    unit: ReportUnitOut = Field(description="The commune, and the day.")
    generated_at: datetime = Field(description="When it was computed from the records.")
    figures: list[FigureOut] = Field(
        description="Figures of the annual report, for a period of this one day; `aftercare_coverage_pct` for the year "
        "up to it.",
        max_length=len(CODES),
    )
    population: CardPopulationOut = Field(description="How many people live there.")
    statuses: list[CommuneStatus] = Field(
        description="Decisions on the commune that hold on the day.", max_length=len(CommuneStatus)
    )
    network: list[CardNetworkOut] = Field(
        description="Counselling points, clubs and volunteer teams at work on the day.", max_length=len(NETWORK)
    )

    @staticmethod
    def figures_of(figures: Mapping[Indicator, Value], language: Language) -> list[FigureOut]:
        """Show the figures that a card has, with their words."""
        return [FigureOut.told(code, figures[code], language) for code in CODES]
