"""The demo shows everything: a kind, a form, a step that nobody made up would vanish unseen."""

from collections.abc import Callable
from datetime import date
from enum import StrEnum
from typing import TypeVar

import pytest

from registry.api.schemas.accompaniments import AccompanimentIn, VisitIn
from registry.api.schemas.aftercare import EducationMeasureIn
from registry.api.schemas.clubs import ClubIn
from registry.api.schemas.commune import ActivityIn, CommunePopulationIn
from registry.api.schemas.counselling import AttendanceIn, SessionIn
from registry.api.schemas.counselling_points import CounsellingPointIn
from registry.api.schemas.fields import In
from registry.api.schemas.memberships import MembershipIn
from registry.api.schemas.plan_reviews import PlanReviewIn
from registry.api.schemas.plans import PlanTargetIn
from registry.api.schemas.referrals import ReferralIn, SupportServiceIn
from registry.api.schemas.staffing import AppointmentIn
from registry.api.schemas.volunteer_teams import VolunteerTeamIn
from registry.demo.batches import Posting, Province
from registry.demo.province import plan_province
from registry.demo.targets import read_targets
from registry.domain.activity import ActivityKind, ActivityStage
from registry.domain.atlas import Atlas
from registry.domain.club import MemberKind
from registry.domain.counselling import SessionForm
from registry.domain.plan_review import ReviewKind
from registry.domain.plan_target import TargetKind
from registry.domain.referral import ServiceKind
from registry.domain.sync import SyncKind

B = TypeVar("B", bound=In)
STEPS = ("accepted_on", "started_on", "completed_on", "declined_on", "lost_on")


@pytest.fixture(scope="module")
def province(atlas: Atlas) -> Province:
    return plan_province(read_targets(), atlas)


@pytest.fixture(scope="module")
def postings(province: Province) -> list[Posting]:
    return [posting for stage in province.stages for batch in stage for posting in batch.postings]


def bodies(postings: list[Posting], kind: type[B]) -> list[B]:
    return [posting.body for posting in postings if isinstance(posting.body, kind)]


def stage_of(activity: ActivityIn) -> ActivityStage:
    if activity.settled_on is not None:
        return ActivityStage.SETTLED
    return ActivityStage.PLANNED if activity.held_on is None else ActivityStage.HELD


def test_records_of_every_kind_that_travels_are_posted(postings: list[Posting]) -> None:
    assert {posting.kind for posting in postings} == set(SyncKind)


@pytest.mark.parametrize(
    ("kind", "told", "codes"),
    [
        (SessionIn, lambda body: body.form, SessionForm),
        (MembershipIn, lambda body: body.kind, MemberKind),
        (ActivityIn, lambda body: body.kind, ActivityKind),
        (ActivityIn, stage_of, ActivityStage),
        (PlanTargetIn, lambda body: body.kind, TargetKind),
        (SupportServiceIn, lambda body: body.kind, ServiceKind),
    ],
)
def test_every_form_kind_and_stage_occurs(
    postings: list[Posting], kind: type[In], told: Callable[[In], StrEnum], codes: type[StrEnum]
) -> None:
    assert {told(body) for body in bodies(postings, kind)} == set(codes)


def test_referrals_have_come_to_every_step_and_to_none(postings: list[Posting]) -> None:
    """The last step of each; one that has none is unanswered, and reminds of itself."""
    reached = {
        next((step for step in STEPS[::-1] if getattr(body, step) is not None), None)
        for body in bodies(postings, ReferralIn)
    }
    assert reached == {*STEPS, None}


def test_nobody_is_referred_to_hiv_care_but_by_health_officers(postings: list[Posting]) -> None:
    medical = {body.id for body in bodies(postings, SupportServiceIn) if body.kind is ServiceKind.HIV_CARE}
    assert not medical & {body.service_id for body in bodies(postings, ReferralIn)}


def test_health_officers_count_clients_of_every_point(province: Province, postings: list[Posting]) -> None:
    points = {body.id for body in bodies(postings, CounsellingPointIn)}
    assert {count.counselling_point_id for count in province.hiv_client_counts} == points
    assert any(count.client_count for count in province.hiv_client_counts)


@pytest.mark.parametrize("kind", [CounsellingPointIn, ClubIn, VolunteerTeamIn])
def test_one_of_what_communes_set_up_has_been_closed(
    postings: list[Posting], kind: type[CounsellingPointIn | ClubIn | VolunteerTeamIn]
) -> None:
    assert sum(body.closed_on is not None for body in bodies(postings, kind)) == 1


def test_some_measures_ended_early_and_some_things_are_noted(postings: list[Posting]) -> None:
    assert any(body.ended_on for body in bodies(postings, EducationMeasureIn))
    assert any(body.note for body in bodies(postings, VisitIn))
    assert any(body.note for body in bodies(postings, AttendanceIn))
    assert any(body.note for body in bodies(postings, ReferralIn))


def test_a_target_is_measured_against_a_base_that_somebody_states(postings: list[Posting]) -> None:
    assert any(body.base_source for body in bodies(postings, PlanTargetIn))


def test_a_plan_is_reviewed_after_six_months_and_at_its_end(postings: list[Posting]) -> None:
    assert [body.kind for body in bodies(postings, PlanReviewIn)] == [ReviewKind.SIX_MONTH, ReviewKind.YEAR_END]


def test_how_many_live_in_communes_is_told_of_three_years(postings: list[Posting]) -> None:
    assert {body.year for body in bodies(postings, CommunePopulationIn)} == {2018, 2019, 2020}


def test_meetings_and_some_talks_have_speakers(postings: list[Posting]) -> None:
    spoken = {body.form for body in bodies(postings, SessionIn) if body.speaker_id is not None}
    assert spoken == {SessionForm.TALK, SessionForm.MEETING}


def test_what_begins_at_an_organisation_begins_while_it_is_at_work(postings: list[Posting]) -> None:
    lives = {each.id: (each.opened_on, each.closed_on or date.max) for each in bodies(postings, CounsellingPointIn)}
    lives |= {each.id: (each.opened_on, each.closed_on or date.max) for each in bodies(postings, ClubIn)}
    lives |= {each.id: (each.opened_on, each.closed_on or date.max) for each in bodies(postings, VolunteerTeamIn)}
    begun = [
        *((each.organisation_id, each.made_on) for each in bodies(postings, ReferralIn)),
        *((each.organisation_id, each.from_on) for each in bodies(postings, MembershipIn)),
        *((each.organisation_id, each.from_on) for each in bodies(postings, AccompanimentIn)),
        *((each.organisation_id, each.from_on) for each in bodies(postings, AppointmentIn)),
    ]

    assert [day for host, day in begun if not lives[host][0] <= day <= lives[host][1]] == []
