"""Constraint names are API: a race that the database decides becomes the refusal that the rule would have given."""

from collections.abc import Mapping

from registry.domain.aftercare import AftercareAlreadyOpen, AftercareAlreadyRecorded
from registry.domain.club import MembershipAlreadyOpen
from registry.domain.counselling import AttendanceAlreadyRecorded
from registry.domain.episode import EpisodeAlreadyOpen
from registry.domain.errors import DomainError
from registry.domain.management import FileAlreadyOpen
from registry.domain.medical import HivClientsAlreadyCounted
from registry.domain.merge import MergePending
from registry.domain.move import MoveAlreadyOpen
from registry.domain.organisation import OrganisationCodeTaken, OrganisationUnknown
from registry.domain.plan import PlanUnknown
from registry.domain.plan_target import ParentTargetDoesNotFit, TargetAlreadyReported
from registry.domain.rating import ClubAlreadyRated
from registry.domain.situation import CountAlreadyReported, PopulationAlreadyReported
from registry.domain.staffing import AppointmentAlreadyOpen
from registry.domain.task import TaskAlreadyOpen
from registry.domain.volunteer_team import VolunteerTeamExists

CONSTRAINTS: Mapping[str, type[DomainError]] = {
    "uq_aftercare_one_open": AftercareAlreadyOpen,
    "uq_aftercare_one_per_course": AftercareAlreadyRecorded,
    "uq_appointment_one_open": AppointmentAlreadyOpen,
    "uq_club_rating_one_per_year": ClubAlreadyRated,
    "uq_commune_population_one_per_year": PopulationAlreadyReported,
    "uq_hiv_client_count_one_per_month": HivClientsAlreadyCounted,
    "uq_attendance_once": AttendanceAlreadyRecorded,
    "uq_episode_one_open_per_track": EpisodeAlreadyOpen,
    "fk_plan_parent_plan_id": PlanUnknown,
    "fk_plan_target_parent": ParentTargetDoesNotFit,
    "uq_management_file_one_open_per_category": FileAlreadyOpen,
    "uq_membership_one_open": MembershipAlreadyOpen,
    "uq_merge_one_live": MergePending,
    "uq_move_one_open": MoveAlreadyOpen,
    "uq_organisation_code": OrganisationCodeTaken,
    "uq_target_report_one_per_day": TargetAlreadyReported,
    "uq_suspected_count_one_per_day": CountAlreadyReported,
    "uq_task_one_open": TaskAlreadyOpen,
    "uq_volunteer_team_one_open": VolunteerTeamExists,
    "fk_episode_provider_id": OrganisationUnknown,
    "fk_access_grant_organisation_id": OrganisationUnknown,
}
