"""Made-up stays in treatment, in an order that the rules allow and the year's figures need."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from random import Random

from registry.demo.people import day_between
from registry.domain.episode import LegalBasis, Modality, Outcome, Therapy

MONTH = 30.5
PAST_SINCE = date(2008, 1, 1), date(2014, 1, 31)
"""First days on file of people with earlier treatment: two stays then end well before the figures' year begins."""


@dataclass(frozen=True, slots=True)
class Form:
    """A form of treatment and its usual terms in months."""

    modality: Modality
    legal_basis: LegalBasis
    months: tuple[int, ...]
    therapies: tuple[Therapy, ...]


@dataclass(frozen=True, slots=True)
class Stay:
    """One stay: an episode before it gets its provider."""

    form: Form
    registered_on: date
    started_on: date | None
    planned_months: int | None
    ended_on: date | None = None
    outcome: Outcome | None = None


_STEPS = (Therapy.INTAKE, Therapy.DETOXIFICATION, Therapy.COUNSELLING)
COMMUNITY = Form(Modality.COMMUNITY, LegalBasis.VOLUNTARY, (6, 9, 12), _STEPS)
COMMUNITY_BY_ORDER = Form(Modality.COMMUNITY, LegalBasis.COMPULSORY, (6, 9, 12), _STEPS)
FACILITY = Form(Modality.FACILITY, LegalBasis.VOLUNTARY, (6, 9, 12), (*_STEPS, Therapy.WORK_AND_VOCATIONAL))
FACILITY_BY_ORDER = Form(
    Modality.FACILITY,
    LegalBasis.COMPULSORY,
    (12, 15, 18),
    (*_STEPS, Therapy.WORK_AND_VOCATIONAL, Therapy.REINTEGRATION),
)
METHADONE = Form(Modality.METHADONE, LegalBasis.VOLUNTARY, (), (Therapy.SUBSTITUTION, Therapy.COUNSELLING))


def past_stays(rng: Random, forms: Sequence[Form], *, since: date) -> Iterator[Stay]:
    """Make stays one after another, from a first day on file in `PAST_SINCE`; some registrations came to nothing."""
    day = since
    for form in forms:
        registered_on = day + timedelta(days=rng.randint(30, 365))
        if form.legal_basis is LegalBasis.VOLUNTARY and rng.random() < 0.05:
            day = registered_on + timedelta(days=rng.randint(10, 40))
            yield Stay(form, registered_on, None, rng.choice(form.months), day, Outcome.DECLINED_BEFORE_START)
        else:
            stay = _completed(rng, form, registered_on)
            yield stay if rng.random() < 0.6 else _cut_short(rng, stay)
            day = stay.ended_on or stay.registered_on
        day += timedelta(days=rng.randint(120, 500))


def stay_during(rng: Random, form: Form, year: int) -> Stay:
    """Make a stay that falls into a year; one in five began in the year before and goes on into this one."""
    if rng.random() < 0.2:
        return _completed(rng, form, day_between(rng, date(year - 1, 8, 1), date(year - 1, 12, 5)))
    stay = _completed(rng, form, day_between(rng, date(year, 1, 6), date(year, 12, 10)))
    return stay if rng.random() < 0.7 else _cut_short(rng, stay)


def methadone_stays(rng: Random, year: int) -> Iterator[Stay]:
    """Make treatment with methadone that lasts at the year's end; later some leave and some change the clinic."""
    registered_on = day_between(rng, date(2015, 11, 1), date(year, 12, 1))
    started_on = registered_on + timedelta(days=rng.randint(1, 14))
    later = day_between(rng, date(year + 1, 2, 1), date(year + 4, 6, 30))
    chance = rng.random()
    if chance < 0.08:
        yield Stay(METHADONE, registered_on, started_on, None, later, Outcome.TRANSFERRED)
        yield Stay(METHADONE, later, later, None)
    elif chance < 0.25:
        outcome = rng.choice((Outcome.DROPPED_OUT, Outcome.TERMINATED_BY_PROVIDER, Outcome.MOVED_AWAY))
        yield Stay(METHADONE, registered_on, started_on, None, later, outcome)
    else:
        yield Stay(METHADONE, registered_on, started_on, None)


def _completed(rng: Random, form: Form, registered_on: date) -> Stay:
    months = rng.choice(form.months)
    started_on = registered_on + timedelta(days=rng.randint(1, 14))
    ended_on = started_on + timedelta(days=round(months * MONTH))
    return Stay(form, registered_on, started_on, months, ended_on, Outcome.COMPLETED)


def _cut_short(rng: Random, stay: Stay) -> Stay:
    started_on, ended_on = stay.started_on or stay.registered_on, stay.ended_on or stay.registered_on
    left_on = day_between(rng, started_on + timedelta(days=20), ended_on - timedelta(days=20))
    outcome = Outcome.DROPPED_OUT if stay.form.legal_basis is LegalBasis.VOLUNTARY else Outcome.CUSTODY
    return Stay(stay.form, stay.registered_on, stay.started_on, stay.planned_months, left_on, outcome)
