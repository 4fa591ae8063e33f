"""What a push answers: every operation's outcome in words, with pointers into the request."""

from collections.abc import Mapping
from typing import Any

from registry.api.language import Language
from registry.api.notices import SENTENCES, Notice, notice, sentence
from registry.api.problems import CATALOGUE
from registry.api.schemas.push import OperationResult
from registry.api.sync.push.keeping import Kept, faults_of
from registry.api.sync.push.outcome import Outcome
from registry.domain.errors import DomainError

WORTH_A_RETRY = frozenset(
    {"parent_not_applied", "push_not_whole", "push_out_of_time", "not_found", "organisation_unknown", "internal_error"}
)
"""Codes of refusals that time, or another operation, may take away."""


def result_of(
    outcome: Outcome, language: Language, *, position: str | None, kept: Mapping[int, Kept] | None
) -> OperationResult:
    """Put the outcome of one operation into words; `kept` tells what is kept, None of a push that was only tried."""
    refusal, done = outcome.refusal, outcome.done
    place = outcome.sent.place
    remarks = () if done is None else done.remarks
    return OperationResult(
        index=place,
        ref=outcome.sent.ref,
        status=outcome.status,
        code=None if refusal is None else refusal.code,
        errors=[] if refusal is None else _errors(outcome, refusal, language),
        warnings=[notice(remark.code, language, pointer=_pointer(outcome, remark.pointer)) for remark in remarks],
        retry=refusal is not None and refusal.code in WORTH_A_RETRY,
        version=_version(outcome),
        state=None if done is None else done.state,
        position=position if outcome.is_durable else None,
        kept=None if refusal is None or kept is None else place in kept,
        conflict_id=kept[place].conflict_id if kept is not None and place in kept else None,
    )


def _version(outcome: Outcome) -> int | None:
    if outcome.done is not None:
        return outcome.done.version
    version = None if outcome.refusal is None else outcome.refusal.facts.get("version")
    return version if isinstance(version, int) else None


def _errors(outcome: Outcome, refusal: DomainError, language: Language) -> list[Notice]:
    return [
        told(fault.code, fault.facts, language, pointer=_pointer(outcome, fault.pointer))
        for fault in faults_of(refusal)
    ]


def told(code: str, facts: Mapping[str, Any], language: Language, *, pointer: str) -> Notice:
    """Say what is wrong in one place: of a field in the words of fields, of the operation in those of its problem."""
    detail = sentence(code, language, facts) if code in SENTENCES else CATALOGUE[code].detail(language, facts)
    return Notice(code=code, detail=detail, pointer=pointer)


def _pointer(outcome: Outcome, pointer: str | None) -> str:
    return f"/operations/{outcome.sent.place}{outcome.within(pointer)}"
