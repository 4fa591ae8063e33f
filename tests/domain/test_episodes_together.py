"""Treatment: what an episode may say beside the person's others."""

from dataclasses import replace
from datetime import date

import pytest

from registry.domain.episode import (
    CourseContinued,
    CourseUnknown,
    Episode,
    EpisodeAlreadyOpen,
    EpisodeOverlaps,
    Modality,
    Outcome,
    Track,
    review_void,
    track_of,
)
from tests.domain.stays import ANOTHER, COMPLETED, STARTED, THIRD, TODAY, TRANSFERRED, WAITING, accepted, another


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
