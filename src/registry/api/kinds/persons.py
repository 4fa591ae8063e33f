"""The kind of people. Creating one is a sequence of its own, for it makes a commune responsible."""

from typing import Any
from uuid import uuid4

from registry.api.duplicates import check
from registry.api.kinds.identity import RESIDENCES
from registry.api.records import flow
from registry.api.records.flow import Written
from registry.api.records.kind import Decision, Desk, Draft, Kind
from registry.api.schemas import examples
from registry.api.schemas.persons import PersonBody, PersonIn, PersonOut
from registry.api.tags import Tag
from registry.db import persons, records
from registry.db.records import AnyRow, Key
from registry.db.sealing import sealed_under
from registry.db.tables.persons import PersonRow, ResponsibilityRow
from registry.domain.access import FieldGroup, Permission, require_units
from registry.domain.period import require_order, require_past, require_past_year
from registry.domain.person import Warning as Remark
from registry.domain.person import birth_year_of
from registry.domain.vietnamese import fold, name_sort_key
from registry.usecases.duplicates import portrait_of
from registry.vault.sealed import DataKey


async def decide_person(desk: Desk, draft: Draft[PersonBody]) -> Decision:
    """Derive what search and order need from the names; the date of birth tells its year."""
    body = draft.body
    require_past(body.birth_date, today=desk.actor.today, pointer="/birth_date")
    require_past_year(body.birth_year, today=desk.actor.today, pointer="/birth_year")
    year = birth_year_of(body.birth_date, body.birth_year)
    known = draft.former.birth_year if isinstance(draft.former, PersonRow) else None
    disagrees = body.birth_year not in {None, known, year}
    derived = {
        "birth_year": year,
        "folded_name": fold(body.full_name),
        "sort_key": name_sort_key(body.full_name),
    }
    remarks: tuple[Remark, ...] = (Remark("birth_year_taken_from_date", "/birth_year"),) if disagrees else ()
    if isinstance(draft.former, PersonRow):
        remarks += await _check_again(desk, body, draft.former)
    return Decision(body.model_dump(exclude={"id", "residence"}) | derived, remarks)


async def follow_person(desk: Desk, row: AnyRow) -> None:
    """Let search and the check for duplicates find the person by the names that they have now."""
    if isinstance(row, PersonRow):
        await persons.add_tokens(desk.session, row)
        await check.keep_keys(desk, row)


async def create_person(desk: Desk, body: PersonIn) -> Written:
    """Create a person with the first residence, whose commune becomes responsible from its first day on."""
    if (earlier := desk.attempt.earlier) is not None:
        return await flow.again(desk, PERSONS, Key(earlier.record_id))
    body, residence = flow.named(desk, body), flow.named(desk, body.residence, pointer="/residence/id")
    key = Key(body.id)
    fingerprint = flow.fingerprint_of(desk, body)
    if (existing := await records.find(desk.session, PersonRow, key)) is not None:
        return await flow.repeated(desk, PERSONS, existing, key, fingerprint)
    actor = desk.actor
    require_past(residence.from_on, today=actor.today, pointer="/residence/from_on")
    require_order(residence.from_on, residence.to_on, pointer="/residence/to_on")
    place = desk.atlas.resolve(residence.unit_code, residence.from_on, pointer="/residence/unit_code")
    unit_id, certainty = desk.atlas.there(place.unit_id, actor.today)
    require_units(actor.scope, unit_id, pointer="/residence/unit_code")
    decision = await decide_person(
        desk, Draft(body.id, PersonBody(**body.model_dump(exclude={"id", "residence"})), None, None)
    )
    recorded: dict[str, Any] = {
        "unit_id": unit_id,
        "recorded_at": actor.at,
        "changed_at": actor.at,
        "changed_by": actor.act.author,
    }
    data_key = DataKey.new()
    sealed = sealed_under(data_key, PersonRow, decision.columns, person_id=body.id, record_id=body.id)
    person = PersonRow(
        **sealed, **recorded, id=body.id, root_id=body.id, unit_certainty=certainty, fingerprint=fingerprint
    )
    holder = await records.add(desk.session, person, actor.act, groups=PERSONS.groups, today=actor.today)
    if holder is not None:
        return await flow.repeated(desk, PERSONS, holder, key, fingerprint)
    await desk.vault.keep(data_key, person_id=person.id, unit_id=unit_id)
    await persons.open_responsibility(
        desk.session,
        ResponsibilityRow(
            person_id=person.id,
            id=uuid4(),
            unit_id=unit_id,
            responsible_unit_id=place.unit_id,
            from_on=residence.from_on,
        ),
    )
    await follow_person(desk, person)
    await flow.create(desk, RESIDENCES, residence, person_id=person.id)
    alike = await check.check_names(desk, portrait_of(person.id, person), unit_id=unit_id)
    return Written(person, (*decision.remarks, *alike), is_new=True)


async def _check_again(desk: Desk, body: PersonBody, former: PersonRow) -> tuple[Remark, ...]:
    """Check a person for duplicates whose name or birth is corrected; nothing else makes new ones."""
    portrait = portrait_of(former.id, body)
    if portrait == portrait_of(former.id, former):
        return ()
    return await check.check_names(desk, portrait, unit_id=former.unit_id)


PERSONS = Kind(
    table=PersonRow,
    collection="persons",
    singular="person",
    words="person",
    tag=Tag.PERSONS,
    create=PersonIn,
    body=PersonBody,
    out=PersonOut,
    read=Permission.PERSON_READ,
    write=Permission.PERSON_WRITE,
    groups=(FieldGroup.PERSON,),
    decide=decide_person,
    dated_by="recorded_at",
    about="A person under management. Nothing but a name and a residence is required: papers are often missing.",
    examples={
        "resident": {
            "id": examples.PERSON,
            "full_name": "Nguyễn Văn Mẫu",
            "aliases": ["Tư Mẫu"],
            "sex": "male",
            "birth_date": "1992-05-17",
            "ethnicity": "Kinh",
            "occupation": "Ngư dân",
            "education": "lower_secondary",
            "residence": {
                "id": examples.RESIDENCE,
                "kind": "permanent",
                "unit_code": examples.UNIT_CODE,
                "from_on": "2019-01-01",
            },
        }
    },
    correction={"occupation": "Thợ hồ"},
    follow=follow_person,
    unmergeable=frozenset({"birth_date", "birth_year"}),
)
