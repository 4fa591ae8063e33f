"""The export of everything that is held on one person: the records of every kind with their history and their words."""

from collections.abc import Iterable, Mapping, Sequence
from enum import StrEnum
from typing import Any, get_args
from uuid import UUID

from pydantic import BaseModel

from registry.api.code_lists import code_lists, list_of
from registry.api.kinds.accompaniments import ACCOMPANIMENTS, VISITS
from registry.api.kinds.aftercare import AFTERCARES, EDUCATION_MEASURES
from registry.api.kinds.cases import DETERMINATIONS, FILES, SUBSTANCE_USES, TESTS
from registry.api.kinds.counselling import ATTENDANCES
from registry.api.kinds.episodes import EPISODES
from registry.api.kinds.erasure import ORDERS
from registry.api.kinds.identity import DOCUMENTS, RESIDENCES
from registry.api.kinds.memberships import MEMBERSHIPS
from registry.api.kinds.moves import MOVES
from registry.api.kinds.persons import PERSONS
from registry.api.kinds.referrals import REFERRALS
from registry.api.kinds.rights import REQUESTS
from registry.api.notices import sentence
from registry.api.records.kind import Desk, Kind
from registry.api.schemas.export import (
    ExportFieldOut,
    ExportOut,
    ExportRecordOut,
    ExportSectionOut,
    HeldElsewhereOut,
    HeldReachOut,
)
from registry.api.schemas.persons import ResponsibilityOut
from registry.api.schemas.records import VersionOut
from registry.api.schemas.service import CodeListOut
from registry.db import history, merges, persons, reach, records, trail
from registry.db.tables.persons import PersonRow, ResponsibilityRow
from registry.db.tables.trail import HistoryColumns
from registry.domain.access import FieldGroup
from registry.domain.export import ExportSection, HeldElsewhere

KINDS: tuple[Kind, ...] = (
    *(PERSONS, DOCUMENTS, RESIDENCES, MOVES, FILES, TESTS, DETERMINATIONS, SUBSTANCE_USES, EPISODES),
    *(AFTERCARES, EDUCATION_MEASURES, ACCOMPANIMENTS, VISITS, ATTENDANCES, REFERRALS, MEMBERSHIPS),
    *(REQUESTS, ORDERS),
)
GROUPS: frozenset[FieldGroup] = frozenset(group for kind in KINDS for group in kind.groups)
"""The groups of fields that an export shows."""

_WHERE: Mapping[HeldElsewhere, str] = {
    HeldElsewhere.MEDICAL_RESULTS: "/v1/persons/{}/medical-results",
    HeldElsewhere.MEDICAL_REFERRALS: "/v1/persons/{}/medical-referrals",
    HeldElsewhere.ACCESS_LOG: "/v1/persons/{}/access-log",
    HeldElsewhere.MERGES: "/v1/persons/{}/merges",
    HeldElsewhere.REFUSED_OPERATIONS: "/v1/sync/rejections",
    HeldElsewhere.CONFLICTS: "/v1/sync/conflicts",
}


async def export_of(desk: Desk, person: PersonRow) -> ExportOut:
    """Put together all that is held on a person whom the caller has been found to see, and leave the trace of it.

    Whoever was merged is on file under several entries, and is told of all of them.
    """
    entries = await merges.entries_of(desk.session, person.root_id)
    files = [await _file_of(desk, entry) for entry in entries]
    sections = [_joined(parts) for parts in zip(*files, strict=True)]
    ids = [entry.id for entry in entries]
    await trail.audit(desk.session, desk.actor.act, persons=ids, entity="person", record_id=person.id, groups=GROUPS)
    return ExportOut(
        person_id=person.id,
        entries=ids,
        made_at=desk.actor.at,
        sections=sections,
        code_lists=_explained(sections),
        not_included=[each for what in HeldElsewhere for each in _held_elsewhere(desk, what, ids)],
    )


async def _file_of(desk: Desk, person: PersonRow) -> list[ExportSectionOut]:
    former: dict[tuple[str, UUID], list[HistoryColumns]] = {}
    for state in await history.of_person(desk.session, person.id):
        former.setdefault((state.entity, state.id), []).append(state)
    sections = [await _section(desk, kind, person, former) for kind in KINDS]
    return [*sections, await _responsibilities(desk, person), await _reach(desk, person)]


def _joined(parts: Sequence[ExportSectionOut]) -> ExportSectionOut:
    """Put what every entry has of one kind into one section."""
    return parts[0].model_copy(update={"records": [record for part in parts for record in part.records]})


def responsibility_out(desk: Desk, row: ResponsibilityRow) -> ResponsibilityOut:
    """Name the unit of an interval as it was called on the first day."""
    unit = desk.atlas.at(row.responsible_unit_id, row.from_on)
    return ResponsibilityOut(id=row.id, unit_code=unit.code, unit_name=unit.name, from_on=row.from_on, to_on=row.to_on)


async def _section(
    desk: Desk, kind: Kind, person: PersonRow, former: Mapping[tuple[str, UUID], Sequence[HistoryColumns]]
) -> ExportSectionOut:
    entity = records.entity_of(kind.table)
    rows = [person] if kind is PERSONS else await _rows_of(desk, kind, person.id)
    shown = await desk.vault.opened_all(rows)
    exported = []
    for row, opened in zip(rows, shown, strict=True):
        states = await desk.vault.opened_states(former.get((entity, row.id), ()), person_id=person.id)
        record = kind.out.model_validate(opened).model_dump(mode="json")
        exported.append(
            ExportRecordOut(record=record, former_versions=[VersionOut.model_validate(state) for state in states])
        )
    return ExportSectionOut(
        section=ExportSection(entity), about=kind.about, fields=list(_fields(kind.out)), records=exported
    )


async def _rows_of(desk: Desk, kind: Kind, person_id: UUID) -> Sequence[Any]:
    actor = desk.actor
    return await records.all_of_person(
        desk.session, kind.table, person_id, dated_by=kind.dated_by, scope=actor.scope, today=actor.today
    )


async def _responsibilities(desk: Desk, person: PersonRow) -> ExportSectionOut:
    rows = await persons.responsibilities(desk.session, person.id)
    about = "Which unit was responsible for the person, and when."
    return _plain(ExportSection.RESPONSIBILITY, about, ResponsibilityOut, [responsibility_out(desk, r) for r in rows])


async def _reach(desk: Desk, person: PersonRow) -> ExportSectionOut:
    rows = await reach.of_person(desk.session, person.id)
    about = "Which organisations could see the person, because of what, and until when."
    return _plain(ExportSection.REACH, about, HeldReachOut, [HeldReachOut.model_validate(row) for row in rows])


def _plain(section: ExportSection, about: str, out: type[BaseModel], items: Iterable[BaseModel]) -> ExportSectionOut:
    held = [ExportRecordOut(record=item.model_dump(mode="json"), former_versions=[]) for item in items]
    return ExportSectionOut(section=section, about=about, fields=list(_fields(out)), records=held)


def _fields(out: type[BaseModel]) -> Iterable[ExportFieldOut]:
    for name, info in out.model_fields.items():
        codes = next((list_of(codes) for codes in _codes_in(info.annotation)), None)
        yield ExportFieldOut(name=name, description=info.description or name, code_list=codes)


def _codes_in(annotation: Any) -> Iterable[type[StrEnum]]:  # noqa: ANN401 - an annotation is anything
    if isinstance(annotation, type) and issubclass(annotation, StrEnum):
        yield annotation
    for argument in get_args(annotation):
        yield from _codes_in(argument)


def _explained(sections: Iterable[ExportSectionOut]) -> list[CodeListOut]:
    named = {field.code_list for section in sections for field in section.fields} | {"export_sections"}
    return [CodeListOut.model_validate(codes) for name, codes in code_lists().items() if name in named]


def _held_elsewhere(desk: Desk, what: HeldElsewhere, entries: Iterable[UUID]) -> list[HeldElsewhereOut]:
    """Say where it is read: of each entry at an address of its own, where the address names one."""
    address = _WHERE.get(what)
    addresses = [None] if address is None else list(dict.fromkeys(address.format(entry) for entry in entries))
    why = sentence(f"not_exported_{what}", desk.language, {})
    return [HeldElsewhereOut(what=what, where=where, why=why) for where in addresses]
