"""Treatment: what one episode may say, and how it ends."""

from dataclasses import replace
from datetime import date

import pytest

from registry.domain.episode import (
    CompulsoryCommunityAbolished,
    Episode,
    EpisodeAlreadyClosed,
    ExitIncomplete,
    LegalBasis,
    MethadoneIsVoluntary,
    Modality,
    Outcome,
    OutcomeDoesNotFit,
    leave,
)
from registry.domain.errors import RuleViolation
from registry.domain.period import DateInFuture, DatesOutOfOrder
from tests.domain.stays import COMPLETED, STARTED, TODAY, WAITING, accepted


class TestOneEpisode:
    @pytest.mark.parametrize(
        "episode",
        [
            pytest.param(WAITING, id="registered, not started"),
            pytest.param(STARTED, id="started"),
            pytest.param(COMPLETED, id="completed"),
            pytest.param(replace(WAITING, started_on=WAITING.registered_on), id="started on the day of registration"),
            pytest.param(replace(COMPLETED, ended_on=STARTED.started_on), id="left on the day it began"),
            pytest.param(
                replace(WAITING, ended_on=date(2020, 3, 13), outcome=Outcome.DECLINED_BEFORE_START), id="declined"
            ),
            pytest.param(
                replace(WAITING, ended_on=date(2020, 3, 13), outcome=Outcome.DECEASED), id="died before it began"
            ),
            pytest.param(replace(STARTED, legal_basis=LegalBasis.COMPULSORY), id="compulsory in the community, then"),
            pytest.param(
                replace(
                    WAITING,
                    legal_basis=LegalBasis.COMPULSORY,
                    registered_on=date(2021, 12, 1),
                    started_on=date(2021, 12, 31),
                ),
                id="compulsory in the community on the last day",
            ),
            pytest.param(
                replace(
                    WAITING,
                    modality=Modality.FACILITY,
                    legal_basis=LegalBasis.COMPULSORY,
                    registered_on=date(2022, 5, 1),
                ),
                id="compulsory in a facility, still",
            ),
        ],
    )
    def test_what_can_be_true_is_kept(self, episode: Episode) -> None:
        assert accepted(episode)

    @pytest.mark.parametrize(
        ("episode", "refusal", "pointer"),
        [
            pytest.param(
                replace(WAITING, registered_on=date(2023, 7, 1)),
                DateInFuture,
                "/registered_on",
                id="registered tomorrow",
            ),
            pytest.param(
                replace(WAITING, started_on=date(2023, 7, 1)), DateInFuture, "/started_on", id="started tomorrow"
            ),
            pytest.param(replace(COMPLETED, ended_on=date(2023, 7, 1)), DateInFuture, "/ended_on", id="ended tomorrow"),
            pytest.param(
                replace(WAITING, started_on=date(2020, 3, 11)),
                DatesOutOfOrder,
                "/started_on",
                id="started before it was registered",
            ),
            pytest.param(
                replace(COMPLETED, ended_on=date(2020, 3, 15)), DatesOutOfOrder, "/ended_on", id="ended before it began"
            ),
            pytest.param(
                replace(WAITING, ended_on=date(2020, 3, 11), outcome=Outcome.MOVED_AWAY),
                DatesOutOfOrder,
                "/ended_on",
                id="ended before it was registered",
            ),
            pytest.param(replace(COMPLETED, outcome=None), ExitIncomplete, "/outcome", id="an end without an outcome"),
            pytest.param(replace(COMPLETED, ended_on=None), ExitIncomplete, "/outcome", id="an outcome without an end"),
            pytest.param(
                replace(COMPLETED, started_on=None), OutcomeDoesNotFit, "/outcome", id="completed without a start"
            ),
            pytest.param(
                replace(COMPLETED, outcome=Outcome.DECLINED_BEFORE_START),
                OutcomeDoesNotFit,
                "/outcome",
                id="declined after the start",
            ),
            pytest.param(
                replace(WAITING, modality=Modality.METHADONE, legal_basis=LegalBasis.COMPULSORY),
                MethadoneIsVoluntary,
                "/legal_basis",
                id="compulsory methadone",
            ),
            pytest.param(
                replace(WAITING, legal_basis=LegalBasis.COMPULSORY, registered_on=date(2022, 1, 1)),
                CompulsoryCommunityAbolished,
                "/legal_basis",
                id="compulsory in the community from 2022 on",
            ),
            pytest.param(
                replace(
                    WAITING,
                    legal_basis=LegalBasis.COMPULSORY,
                    registered_on=date(2021, 12, 20),
                    started_on=date(2022, 1, 1),
                ),
                CompulsoryCommunityAbolished,
                "/legal_basis",
                id="ordered before 2022, begun in it",
            ),
        ],
    )
    def test_what_cannot_be_true_is_refused(self, episode: Episode, refusal: type[RuleViolation], pointer: str) -> None:
        with pytest.raises(refusal) as refused:
            accepted(episode)
        assert refused.value.pointer == pointer

    def test_the_refusal_of_compulsory_rehab_says_until_when_it_was(self) -> None:
        with pytest.raises(CompulsoryCommunityAbolished) as refused:
            accepted(replace(WAITING, legal_basis=LegalBasis.COMPULSORY, registered_on=date(2022, 1, 1)))
        assert refused.value.facts == {"until": "2022-01-01"}

    @pytest.mark.parametrize("outcome", list(Outcome))
    def test_every_outcome_fits_before_or_after_the_start(self, outcome: Outcome) -> None:
        before = replace(WAITING, ended_on=date(2020, 3, 13), outcome=outcome)
        after = replace(STARTED, ended_on=date(2020, 9, 16), outcome=outcome)

        fitting = [episode for episode in (before, after) if _fits(episode)]

        assert fitting == (
            [after] if outcome.needs_start else [before] if outcome.value.startswith("decl") else [before, after]
        )


def _fits(episode: Episode) -> bool:
    try:
        return accepted(episode)
    except OutcomeDoesNotFit:
        return False


class TestLeave:
    def test_an_open_episode_ends_with_day_and_outcome(self) -> None:
        assert leave(STARTED, on=date(2020, 9, 16), outcome=Outcome.COMPLETED, today=TODAY) == COMPLETED

    def test_an_end_is_reported_late_but_not_early(self) -> None:
        assert leave(STARTED, on=TODAY, outcome=Outcome.CUSTODY, today=TODAY).ended_on == TODAY
        with pytest.raises(DateInFuture):
            leave(STARTED, on=date(2023, 7, 1), outcome=Outcome.CUSTODY, today=TODAY)

    def test_an_episode_ends_once(self) -> None:
        with pytest.raises(EpisodeAlreadyClosed):
            leave(COMPLETED, on=date(2020, 10, 1), outcome=Outcome.COMPLETED, today=TODAY)

    def test_the_outcome_must_fit(self) -> None:
        with pytest.raises(OutcomeDoesNotFit):
            leave(WAITING, on=date(2020, 3, 13), outcome=Outcome.COMPLETED, today=TODAY)
