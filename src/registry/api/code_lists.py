"""Code lists: every coded value with its labels in both languages, versioned by what they hold."""

import hashlib
import json
import tomllib
from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum
from functools import cache
from importlib.resources import files
from types import MappingProxyType

from registry.api.language import Language
from registry.domain import (
    access,
    access_log,
    activity,
    aftercare,
    breach,
    client,
    club,
    conflict,
    counselling,
    duplicate,
    education,
    emergency,
    episode,
    erasure,
    export,
    feed,
    health,
    management,
    medical,
    merge,
    move,
    network,
    organisation,
    person,
    plan,
    plan_attainment,
    plan_review,
    plan_target,
    record,
    referral,
    situation,
    staffing,
    subject_request,
    support,
    sync,
    task,
    unit,
)

_LISTS: Mapping[str, type[StrEnum]] = MappingProxyType(
    {
        "access_actions": access_log.AccessAction,
        "access_decisions": access_log.AccessDecision,
        "activity_kinds": activity.ActivityKind,
        "activity_stages": activity.ActivityStage,
        "aftercare_outcomes": aftercare.AftercareOutcome,
        "aftercare_places": aftercare.AftercarePlace,
        "answer_decisions": subject_request.AnswerDecision,
        "audiences": activity.Audience,
        "breach_harms": breach.Harm,
        "breach_kinds": breach.BreachKind,
        "breach_statuses": breach.BreachStatus,
        "campaign_forms": activity.CampaignForm,
        "certainties": unit.Certainty,
        "change_operations": feed.ChangeOperation,
        "client_kinds": client.ClientKind,
        "close_reasons": management.CloseReason,
        "commune_statuses": situation.CommuneStatus,
        "data_categories": breach.DataCategory,
        "conflict_decisions": conflict.ConflictDecision,
        "conflict_statuses": conflict.ConflictStatus,
        "determination_results": health.DeterminationResult,
        "document_types": person.DocumentType,
        "duplicate_signs": duplicate.Sign,
        "education": person.Education,
        "education_measure_ends": education.EducationEnd,
        "erasure_statuses": erasure.ErasureStatus,
        "export_sections": export.ExportSection,
        "employer_sectors": referral.EmployerSector,
        "emergency_reasons": emergency.EmergencyReason,
        "emergency_states": emergency.EmergencyState,
        "field_groups": access.FieldGroup,
        "file_categories": management.FileCategory,
        "held_elsewhere": export.HeldElsewhere,
        "inspection_findings": activity.Finding,
        "infection_results": medical.InfectionResult,
        "infection_treatments": medical.InfectionTreatment,
        "infections": medical.Infection,
        "legal_bases": episode.LegalBasis,
        "loan_purposes": referral.LoanPurpose,
        "member_kinds": club.MemberKind,
        "medical_states": emergency.MedicalState,
        "merge_overlaps": merge.OverlapKind,
        "merge_statuses": merge.MergeStatus,
        "modalities": episode.Modality,
        "move_reasons": move.MoveReason,
        "move_statuses": move.MoveStatus,
        "organisation_kinds": organisation.OrganisationKind,
        "outcomes": episode.Outcome,
        "point_services": network.PointService,
        "participant_roles": activity.ParticipantRole,
        "plan_review_kinds": plan_review.ReviewKind,
        "plan_statuses": plan.PlanStatus,
        "processing": person.Processing,
        "purposes": access.Purpose,
        "push_statuses": sync.PushStatus,
        "push_verbs": sync.PushVerb,
        "reach_reasons": organisation.ReachReason,
        "record_states": record.RecordState,
        "referral_statuses": referral.ReferralStatus,
        "representations": subject_request.Representation,
        "request_channels": subject_request.Channel,
        "request_clocks": subject_request.RequestClock,
        "request_kinds": subject_request.RequestKind,
        "request_statuses": subject_request.RequestStatus,
        "requesters": subject_request.Requester,
        "residence_kinds": person.ResidenceKind,
        "resync_reasons": feed.ResyncReason,
        "revocation_reasons": client.RevocationReason,
        "roles": access.Role,
        "service_kinds": referral.ServiceKind,
        "session_forms": counselling.SessionForm,
        "sexes": person.Sex,
        "staff_roles": staffing.StaffRole,
        "substances": health.Substance,
        "support_bases": support.SupportBasis,
        "sync_kinds": sync.SyncKind,
        "target_directions": plan_target.Direction,
        "target_kinds": plan_target.TargetKind,
        "target_statuses": plan_attainment.TargetStatus,
        "task_decisions": task.Decision,
        "task_kinds": task.TaskKind,
        "task_states": task.TaskState,
        "test_methods": health.TestMethod,
        "test_results": health.TestResult,
        "therapies": episode.Therapy,
        "tracks": episode.Track,
        "unit_levels": unit.Level,
        "unit_types": unit.UnitType,
        "use_routes": health.UseRoute,
        "visit_kinds": support.VisitKind,
        "weekdays": network.Weekday,
        "working_times": staffing.WorkingTime,
    }
)


@dataclass(frozen=True, slots=True)
class Code:
    """A coded value with its labels."""

    code: str
    label_vi: str
    label_en: str


@dataclass(frozen=True, slots=True)
class CodeList:
    """A closed set of codes. `version` changes when a code or a label does."""

    name: str
    version: str
    codes: tuple[Code, ...]


@cache
def code_lists() -> Mapping[str, CodeList]:
    """Load all lists, in the order of their names. A code without labels is an error."""
    labels = tomllib.loads((files("registry") / "data" / "codes.toml").read_text(encoding="utf-8"))
    return MappingProxyType({name: _list(name, codes, labels[name]) for name, codes in _LISTS.items()})


def list_of(codes: type[StrEnum]) -> str | None:
    """The name of the list that explains a set of codes; None where there is none."""
    return next((name for name, listed in _LISTS.items() if listed is codes), None)


def label_of(name: str, code: str, language: Language) -> str:
    """Say a code of a list in words; one that no release has any more stands for itself."""
    found = next((each for each in code_lists()[name].codes if each.code == code), None)
    if found is None:
        return code
    return found.label_vi if language is Language.VI else found.label_en


def _list(name: str, codes: type[StrEnum], labels: Mapping[str, Mapping[str, str]]) -> CodeList:
    listed = tuple(Code(code.value, labels[code.value]["vi"], labels[code.value]["en"]) for code in codes)
    held = json.dumps([[code.code, code.label_vi, code.label_en] for code in listed], ensure_ascii=False)
    return CodeList(name, hashlib.sha256(held.encode()).hexdigest()[:12], listed)
