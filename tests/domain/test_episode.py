"""Treatment: what one episode may say, alone and beside the person's others."""

from dataclasses import replace
from datetime import date
from uuid import UUID

import pytest

from registry.domain.episode import (
    CompulsoryCommunityAbolished,
    CourseContinued,
    CourseUnknown,
    Episode,
    EpisodeAlreadyClosed,
    EpisodeAlreadyOpen,
    EpisodeOverlaps,
    ExitIncomplete,
    LegalBasis,
    MethadoneIsVoluntary,
    Modality,
    Outcome,
    OutcomeDoesNotFit,
    Track,
    leave,
    review,
    review_void,
    track_of,
)
from registry.domain.errors import RuleViolation
from registry.domain.period import DateInFuture, DatesOutOfOrder

TODAY = date(2023, 6, 30)
ANOTHER = UUID(int=2)
THIRD = UUID(int=3)

WAITING = Episode(
    id=UUID(int=1),
    course_id=UUID(int=1),
    modality=Modality.COMMUNITY,
    legal_basis=LegalBasis.VOLUNTARY,
    registered_on=date(2020, 3, 12),
)
STARTED = replace(WAITING, started_on=date(2020, 3, 16))
COMPLETED = replace(STARTED, ended_on=date(2020, 9, 16), outcome=Outcome.COMPLETED)
TRANSFERRED = replace(COMPLETED, outcome=Outcome.TRANSFERRED)


def another(episode: Episode, **over: object) -> Episode:
    """An episode of the same person with an id and a course of its own."""
    return replace(episode, id=ANOTHER, course_id=ANOTHER, **over)  # type: ignore[arg-type]  # named where it is called


def accepted(episode: Episode, *others: Episode) -> bool:
    review(episode, others=others, today=TODAY)
    return True


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


class TestTracks:
    def test_community_and_facility_are_one_track_and_methadone_another(self) -> None:
        assert [track_of(modality) for modality in Modality] == [Track.REHAB, Track.REHAB, Track.METHADONE]

    @pytest.mark.parametrize("modality", [Modality.COMMUNITY, Modality.FACILITY])
    @pytest.mark.parametrize("held", [WAITING, STARTED], ids=["registered", "started"])
    def test_an_open_episode_holds_its_track(self, held: Episode, modality: Modality) -> None:
        with pytest.raises(EpisodeAlreadyOpen) as refused:
            accepted(another(STARTED, modality=modality, registered_on=TODAY, started_on=TODAY), held)
        assert refused.value.pointer == "/modality"

    def test_methadone_runs_beside_rehab(self) -> None:
        assert accepted(another(STARTED, modality=Modality.METHADONE), STARTED)

    def test_an_episode_does_not_stand_in_its_own_way(self) -> None:
        assert accepted(replace(STARTED, started_on=date(2020, 3, 20)), STARTED)


class TestOverlaps:
    @pytest.mark.parametrize(
        ("started_on", "ended_on"),
        [
            pytest.param(date(2020, 3, 1), date(2020, 3, 17), id="runs into the other"),
            pytest.param(date(2020, 9, 15), date(2020, 12, 1), id="begins during the other"),
            pytest.param(date(2020, 5, 1), date(2020, 6, 1), id="lies within the other"),
            pytest.param(date(2020, 1, 1), date(2020, 12, 1), id="surrounds the other"),
        ],
    )
    def test_two_past_stays_do_not_overlap(self, started_on: date, ended_on: date) -> None:
        stay = another(COMPLETED, registered_on=date(2020, 1, 1), started_on=started_on, ended_on=ended_on)

        with pytest.raises(EpisodeOverlaps) as refused:
            accepted(stay, COMPLETED)
        assert refused.value.pointer == "/started_on"

    def test_an_open_stay_does_not_begin_within_a_past_one(self) -> None:
        with pytest.raises(EpisodeOverlaps):
            accepted(another(STARTED, started_on=date(2020, 9, 15)), COMPLETED)

    def test_a_past_stay_does_not_reach_into_the_open_one(self) -> None:
        with pytest.raises(EpisodeOverlaps):
            accepted(another(COMPLETED), replace(STARTED, id=THIRD))

    def test_a_stay_may_begin_on_the_day_the_other_ended(self) -> None:
        assert accepted(another(STARTED, started_on=COMPLETED.ended_on), COMPLETED)

    def test_a_registration_during_another_stay_may_start_after_it(self) -> None:
        assert accepted(another(STARTED, registered_on=date(2020, 9, 1), started_on=date(2020, 9, 16)), COMPLETED)

    def test_a_registration_that_has_not_started_counts_from_its_own_day(self) -> None:
        with pytest.raises(EpisodeOverlaps):
            accepted(another(WAITING, registered_on=date(2020, 9, 1)), COMPLETED)


class TestCourses:
    NEXT = replace(STARTED, id=ANOTHER, registered_on=date(2020, 9, 16), started_on=date(2020, 9, 16))

    def test_a_transfer_opens_the_next_stay_of_the_course(self) -> None:
        assert accepted(self.NEXT, TRANSFERRED)
        assert accepted(replace(self.NEXT, modality=Modality.FACILITY), TRANSFERRED)

    @pytest.mark.parametrize(
        "others",
        [
            pytest.param([], id="of nobody"),
            pytest.param([COMPLETED], id="that was completed"),
            pytest.param([replace(TRANSFERRED, course_id=THIRD)], id="that is another one"),
            pytest.param([replace(TRANSFERRED, modality=Modality.METHADONE)], id="on the other track"),
            pytest.param(
                [
                    replace(
                        TRANSFERRED,
                        registered_on=date(2021, 1, 1),
                        started_on=date(2021, 1, 1),
                        ended_on=date(2021, 2, 1),
                    )
                ],
                id="whose transfer came later",
            ),
            pytest.param(
                [
                    replace(TRANSFERRED, ended_on=date(2020, 5, 1)),
                    replace(COMPLETED, id=THIRD, started_on=date(2020, 5, 1)),
                ],
                id="that went on and was completed",
            ),
        ],
    )
    def test_no_stay_goes_on_with_a_course(self, others: list[Episode]) -> None:
        stay = replace(self.NEXT, ended_on=date(2020, 12, 1), outcome=Outcome.COMPLETED)

        with pytest.raises(CourseUnknown) as refused:
            accepted(stay, *others)
        assert refused.value.pointer == "/course_id"

    @pytest.mark.parametrize(
        "corrected",
        [
            pytest.param(COMPLETED, id="as completed"),
            pytest.param(replace(TRANSFERRED, course_id=THIRD), id="into another course"),
        ],
    )
    def test_a_stay_that_another_continues_remains_its_transfer(self, corrected: Episode) -> None:
        with pytest.raises((CourseContinued, CourseUnknown)):
            accepted(corrected, self.NEXT)

    def test_an_end_corrected_to_an_earlier_day_leaves_the_course_whole(self) -> None:
        assert accepted(replace(TRANSFERRED, ended_on=date(2020, 9, 1)), self.NEXT)

    def test_a_course_may_go_through_several_transfers(self) -> None:
        middle = replace(TRANSFERRED, id=THIRD, registered_on=date(2020, 9, 16), started_on=date(2020, 9, 16))
        middle = replace(middle, ended_on=date(2021, 1, 1))

        assert accepted(
            replace(self.NEXT, registered_on=date(2021, 1, 1), started_on=date(2021, 1, 1)), TRANSFERRED, middle
        )

    @pytest.mark.parametrize("later", [NEXT, replace(NEXT, modality=Modality.FACILITY)], ids=["alike", "elsewhere"])
    def test_a_stay_that_another_continues_is_not_taken_away(self, later: Episode) -> None:
        with pytest.raises(CourseContinued):
            review_void(TRANSFERRED, others=[TRANSFERRED, later])

    def test_the_last_stay_of_a_course_may_be_taken_away_and_then_the_one_before(self) -> None:
        review_void(self.NEXT, others=[TRANSFERRED, self.NEXT])
        review_void(TRANSFERRED, others=[TRANSFERRED, COMPLETED])


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
