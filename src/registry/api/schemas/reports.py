"""Answers with figures, and the catalogue that defines them."""

from collections.abc import Mapping
from datetime import date, datetime
from typing import Annotated, Self

from pydantic import Field

from registry.api.indicator_words import WORDS
from registry.api.language import Language
from registry.api.schemas.attainment import ReportedTargetOut
from registry.api.schemas.fields import Out, UnitCode, Year
from registry.domain.catalogue import CATALOGUE
from registry.domain.indicator import Counted, FigureStatus, Indicator, Time, Value
from registry.domain.report import Report, ReportPeriod
from registry.domain.unit import Level, UnitVersion

MOST_COMMUNES = 10_000
MOST_TARGETS = 100_000

Label = Annotated[str, Field(max_length=200)]
Words = Annotated[str, Field(max_length=1000)]
Number = Annotated[int, Field(ge=0, le=2**53)] | Annotated[float, Field(ge=-100, le=2**53)]
Code = Annotated[Indicator, Field(description="Code of the indicator.", examples=["persons_on_file"])]
Kind = Annotated[
    Time,
    Field(
        description="`point`: on the last day of the period; `period`: from its first day to its last; `cumulative`: "
        "from the beginning of records to its last day."
    ),
]
Counts = Annotated[
    Counted,
    Field(
        description="What is counted: `persons` (người), `episodes` (lượt), `courses`, `files`, `communes`, "
        "`organisations`, counselling `sessions`, `workers` of the network, `referrals`, a number that somebody "
        "`reported`, a share in `percent`, or a `change` in percent of what was, with a sign."
    ),
]
Numerator = Annotated[
    Indicator | None,
    Field(description="Of a share: the indicator that is divided. Of a change: what it is now."),
]
Denominator = Annotated[
    Indicator | None,
    Field(description="Of a share: the indicator that it is divided by. Of a change: what it was."),
]


class IndicatorOut(Out):
    """An indicator with its definition."""

    code: Code
    label_vi: Label = Field(description="Name in Vietnamese.")
    label_en: Label = Field(description="Name in English.")
    definition_vi: Words = Field(description="What is counted, in Vietnamese.")
    definition_en: Words = Field(description="What is counted, in English.")
    kind: Kind
    counts: Counts
    is_additive: bool = Field(description="Whether the figures of communes add up to that of the territory.")
    parts: list[Indicator] = Field(description="Of a sum: what it is the sum of.", max_length=len(Indicator))
    numerator: Numerator
    denominator: Denominator

    @classmethod
    def of(cls, code: Indicator) -> Self:
        definition, words = CATALOGUE[code], WORDS[code]
        return cls(
            code=code,
            label_vi=words[Language.VI].label,
            label_en=words[Language.EN].label,
            definition_vi=words[Language.VI].definition,
            definition_en=words[Language.EN].definition,
            kind=definition.time,
            counts=definition.counted,
            is_additive=definition.is_additive,
            parts=list(definition.parts),
            numerator=definition.numerator,
            denominator=definition.denominator,
        )


class IndicatorsOut(Out):
    """The catalogue of indicators, in the order in which reports show them."""

    items: list[IndicatorOut] = Field(description="The indicators.", max_length=len(Indicator))


class CommuneFigureOut(Out):
    """One figure of one commune; the definition stands with the territory's figure of the same code."""

    code: Code
    value: Number | None = Field(description="The figure. Null is not zero: `status` says why there is none.")
    status: FigureStatus = Field(
        description="`exact`; `suppressed`: held back to protect the people behind a small number; `unknown`: nothing "
        "was reported, or there is nothing to be a share of.",
        examples=["exact"],
    )

    @classmethod
    def of(cls, code: Indicator, value: Value) -> Self:
        return cls(code=code, value=value, status=status_of(value))


class FigureOut(CommuneFigureOut):
    """One figure with what it counts."""

    label: Label = Field(description="Name, in Vietnamese or English by Accept-Language.")
    definition: Words = Field(description="What is counted, in Vietnamese or English by Accept-Language.")
    kind: Kind
    counts: Counts
    numerator: Numerator
    denominator: Denominator

    @classmethod
    def told(cls, code: Indicator, value: Value, language: Language) -> Self:
        """Show a figure with its words."""
        definition, words = CATALOGUE[code], WORDS[code][language]
        return cls(
            code=code,
            value=value,
            status=status_of(value),
            label=words.label,
            definition=words.definition,
            kind=definition.time,
            counts=definition.counted,
            numerator=definition.numerator,
            denominator=definition.denominator,
        )


class ReportUnitOut(Out):
    """The unit that a report tells of."""

    code: UnitCode = Field(description="Its code on that date.", examples=["54"])
    name: str = Field(description="Its name on that date.", max_length=100, examples=["Tỉnh Phú Yên"])
    level: Level = Field(description="Its tier.", examples=["province"])
    on: date = Field(description="The date whose map names it, and whose communes are listed.", examples=["2020-12-31"])


class ReportPeriodOut(Out):
    """The period that a report tells of, both days included."""

    year: Year = Field(description="The calendar year.", examples=[2020])
    from_on: date = Field(description="First day.", examples=["2020-01-01"])
    to_on: date = Field(
        description="Last day: the end of the year, or today while it runs. Communes are counted on its map.",
        examples=["2020-12-31"],
    )
    is_over: bool = Field(description="Whether the whole year is told of.", examples=[True])


class CommuneFiguresOut(Out):
    """The figures of one commune."""

    code: UnitCode = Field(description="The commune's code on the date that names the unit.", examples=["22015"])
    name: str = Field(description="Its name on that date.", max_length=100, examples=["Phường 1"])
    figures: list[CommuneFigureOut] = Field(
        description="Every indicator, in the order of the catalogue.", max_length=len(Indicator)
    )


class AnnualReportOut(Out):
    """The figures of a territory in a year, computed at the moment of asking."""

    unit: ReportUnitOut = Field(description="The territory.")
    period: ReportPeriodOut = Field(description="The period.")
    generated_at: datetime = Field(description="When the figures were computed from the records.")
    figures: list[FigureOut] = Field(
        description="Every indicator, in the order of the catalogue.", max_length=len(Indicator)
    )
    communes: list[CommuneFiguresOut] | None = Field(
        description="With `by=commune`: every commune of the territory, in Vietnamese order; null without it.",
        max_length=MOST_COMMUNES,
    )
    unplaced: list[CommuneFigureOut] | None = Field(
        description="With `by=commune`: what is counted in the territory and in none of its communes, because a "
        "commune ended without a successor on file. Communes and this add up to the total.",
        max_length=len(Indicator),
    )

    plan_targets: list[ReportedTargetOut] = Field(
        description="How far plans were attained on the period's last day: the targets by which the territory's unit "
        "is measured, of approved plans for a time that has a day of the period; with `by=commune` also those of each "
        "commune. `attained_pct` is never added up. Empty where nothing was planned, or where plans are out of reach.",
        json_schema_extra={"maxItems": MOST_TARGETS},
    )

    @classmethod
    def of(
        cls,
        report: Report,
        plan_targets: list[ReportedTargetOut],
        *,
        unit: UnitVersion,
        on: date,
        period: ReportPeriod,
        at: datetime,
        language: Language,
        by_commune: bool,
    ) -> Self:
        return cls(
            unit=ReportUnitOut(code=unit.code, name=unit.name, level=unit.level, on=on),
            period=ReportPeriodOut(year=period.year, from_on=period.first, to_on=period.last, is_over=period.is_over),
            generated_at=at,
            figures=[FigureOut.told(code, value, language) for code, value in report.total.items()],
            communes=[
                CommuneFiguresOut(code=commune.code, name=commune.name, figures=_brief(figures))
                for commune, figures in report.communes
            ]
            if by_commune
            else None,
            unplaced=_brief(report.unplaced) if by_commune else None,
            plan_targets=plan_targets,
        )


def status_of(value: Value) -> FigureStatus:
    """What a value of an exact report says of itself."""
    return FigureStatus.UNKNOWN if value is None else FigureStatus.EXACT


def _brief(figures: Mapping[Indicator, Value]) -> list[CommuneFigureOut]:
    return [CommuneFigureOut.of(code, value) for code, value in figures.items()]
