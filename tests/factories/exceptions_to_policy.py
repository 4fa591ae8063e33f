"""What does not follow from the policy: which operations are asked with another body, or answer otherwise."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field, replace
from typing import TypeAlias

from registry.api.kinds.plan_reviews import PLAN_REVIEWS
from registry.api.kinds.staffing import TRAININGS, WORKERS
from registry.api.records.kind import Kind
from registry.domain.access import Role
from tests.factories.bodies import ALL_KINDS, Body
from tests.factories.emergencies import an_emergency
from tests.factories.places import Place
from tests.factories.posted import MERGE_PATCH
from tests.factories.world import NUMBER, Caller, present

Answer: TypeAlias = tuple[int, str | None]

NOBODY: Body = {"document_type": "cccd", "number": "001092000009"}
"""A document that nobody in the world carries."""
ABSENT = "0b0a8f0e-5d0b-4c58-9d7e-6f1f0f1a7c11"
STRANGER: Answer = (401, "unauthenticated")
NOT_ALLOWED: Answer = (403, "insufficient_scope")
NOT_GRANTED: Answer = (403, "unit_not_granted")
NOT_OWN: Answer = (403, "organisation_not_granted")
NOT_FOUND: Answer = (404, "not_found")
UNKNOWN: Answer = (409, "named_record_unknown")
STALE: Answer = (412, "version_mismatch")
NO_PLAN: Answer = (409, "plan_unknown")
SIGNED: Answer = (409, "review_never_changes")
OF_AN_OFFICE: Mapping[Role, Answer] = {Role.NETWORK_OFFICER: NOT_OWN}
"""Who has appointed a worker reads what an office keeps of them, and changes nothing of it."""


@dataclass(frozen=True)
class Line:
    """What does not follow from the policy: the body to send, and the answers that are not the usual ones.

    Nothing that the matrix sends changes anything: what is posted has been posted, what is corrected is so already, and
    what would end something names a version that is not the current one, which is told only to one who is let in.
    """

    body: Callable[[Place], Body] | None = None
    """Without it, the example of the manual."""
    inside: Answer = (200, None)
    outside: Answer | None = None
    inside_of: Mapping[Role, Answer] = field(default_factory=dict)
    """The answer to a role that is not answered like the others."""
    version: int | None = None
    """The version that the request names, where it is not that of other kinds."""
    query: Callable[[Caller], Mapping[str, str]] = lambda _: {}
    record: str = ""
    """The singular of what to ask about, where the address does not say it."""
    is_of_organisation: bool = False
    """Whether officers of an organisation record it for their own; they are refused by another's name."""


def _posted(singular: str, outside: Answer | None = None) -> Line:
    return Line(body=lambda place: place.bodies[singular], outside=outside)


def _corrected(kind: Kind) -> Line:
    return Line(body=lambda place: present(kind, place))


EXPECTED: Mapping[str, Line] = {
    **{f"create_{kind.singular}": _posted(kind.singular) for kind in ALL_KINDS},
    **{
        f"create_{each}": replace(_posted(each, outside=UNKNOWN), is_of_organisation=True)
        for each in ("appointment", "worker_training")
    },
    **{f"change_{kind.singular}": _corrected(kind) for kind in ALL_KINDS},
    **{f"void_{kind.singular}": Line(inside=STALE) for kind in ALL_KINDS},
    **{f"change_{kind.singular}": replace(_corrected(kind), inside_of=OF_AN_OFFICE) for kind in (WORKERS, TRAININGS)},
    **{f"void_{kind.singular}": Line(inside=STALE, inside_of=OF_AN_OFFICE) for kind in (WORKERS, TRAININGS)},
    "close_file": Line(inside=STALE),
    "exit_episode": Line(inside=STALE),
    "answer_subject_request": Line(inside=STALE),
    "withdraw_subject_request": Line(inside=STALE),
    "lift_restriction": Line(inside=STALE),
    "withdraw_move": Line(inside=STALE),
    "notify_breach": Line(inside=STALE),
    "close_breach": Line(inside=STALE),
    "merge_person": Line(
        body=lambda place: {"id": ABSENT, "into_id": place.person_id, "reason": "x"}, inside=(409, "merge_of_one")
    ),
    "unmerge_person": Line(inside=(409, "not_merged")),
    "create_session": replace(_posted("session"), is_of_organisation=True),
    "give_grant": _posted("grant"),
    "revoke_grant": Line(record="revoked_grant"),
    "revoke_tokens": _posted("revocation", outside=(409, "subject_unknown")),
    "ask_for_emergency_access": Line(body=lambda _: an_emergency(document=NOBODY), inside=(201, None)),
    **{f"create_{each}": _posted(each, outside=NO_PLAN) for each in ("plan_target", "target_report", "plan_review")},
    "change_plan_review": replace(_corrected(PLAN_REVIEWS), version=1, inside=SIGNED),
    "void_plan_review": Line(version=2, inside=STALE),
    "approve_plan": Line(inside=STALE),
    "get_plan_progress": Line(inside_of={Role.ANALYST: (403, "exact_figures_not_granted")}),
    "push_operations": Line(body=lambda _: {"operations": [{"ref": "unreadable"}]}),
    "search_persons": Line(body=lambda _: {"birth_year": 1992}),
    "get_annual_report": Line(
        query=lambda _: {"year": "2026"}, inside_of={Role.ANALYST: (403, "exact_figures_not_granted")}
    ),
    "get_commune_card": Line(inside_of={Role.ANALYST: (403, "exact_figures_not_granted")}),
    "get_digest": Line(query=lambda caller: {"cursor": caller.cursor}),
}
FILTERS: Mapping[str, str] = {"category": "illegal_user", "identity_number": NUMBER}
"""For each filter that asks for more than its operation, a value by which everybody in the world is found."""
HEADERS: Mapping[str, Mapping[str, str]] = {
    "GET": {},
    "PATCH": {"If-Match": '"v2-any"', "Content-Type": MERGE_PATCH},
    "POST": {"If-Match": '"v1-any"', "Content-Type": "application/json"},
}
PLAIN = {
    *("limit", "cursor", "wait", "unit", "unit_code", "on", "by", "plan_id", "target_id", "measure_id"),
    *("format", "year", "name", "kind", "status", "subject"),
    *("placed", "covered"),
}
"""Parameters that tell nothing of a field that is not shown."""
