"""Identity documents and residences of a person."""

from registry.api.duplicates import check
from registry.api.records.kind import Decision, Desk, Draft, Kind
from registry.api.schemas import examples
from registry.api.schemas.persons import (
    IdentityDocumentBody,
    IdentityDocumentIn,
    IdentityDocumentOut,
    ResidenceBody,
    ResidenceIn,
    ResidenceOut,
)
from registry.api.tags import Tag
from registry.db.tables.persons import IdentityDocumentRow, ResidenceRow
from registry.domain.access import FieldGroup, Permission
from registry.domain.period import require_order, require_past
from registry.domain.person import normalise_number, number_warnings
from registry.usecases.duplicates import indexes_of


async def decide_document(desk: Desk, draft: Draft[IdentityDocumentBody]) -> Decision:
    """Index the number, and warn where a CCCD disagrees with what the person declared."""
    body, person = draft.body, draft.owner
    require_past(body.issued_on, today=desk.actor.today, pointer="/issued_on")
    key = desk.key_ring.newest
    index = {
        "number_index": key.index(body.document_type, normalise_number(body.number)),
        "number_index_key": key.number,
    }
    remarks = number_warnings(body.document_type, body.number, sex=person.sex, birth_year=person.birth_year)
    if not isinstance(draft.former, IdentityDocumentRow) or draft.former.number_index != index["number_index"]:
        remarks += await check.check_number(desk, person, indexes_of(desk.key_ring, (body.number,)))
    return Decision(draft.columns | index, tuple(remarks))


async def decide_residence(desk: Desk, draft: Draft[ResidenceBody]) -> Decision:
    """Place a residence on the map of its first day. Responsibility does not follow it: a move does that."""
    body = draft.body
    require_past(body.from_on, today=desk.actor.today, pointer="/from_on")
    require_order(body.from_on, body.to_on, pointer="/to_on")
    place = desk.atlas.resolve(body.unit_code, body.from_on, pointer="/unit_code")
    return Decision(draft.columns | {"place_unit_id": place.unit_id})


DOCUMENTS = Kind(
    table=IdentityDocumentRow,
    collection="identity-documents",
    singular="identity_document",
    words="identity document",
    tag=Tag.PERSONS,
    create=IdentityDocumentIn,
    body=IdentityDocumentBody,
    out=IdentityDocumentOut,
    read=Permission.IDENTITY_READ,
    write=Permission.IDENTITY_WRITE,
    groups=(FieldGroup.IDENTITY,),
    decide=decide_document,
    dated_by="recorded_at",
    about="A document with a number. None is required, several are allowed. A CCCD whose digits disagree with the "
    "person's sex or year of birth is kept with a warning: the register is often right and the paper wrong.",
    examples={"cccd": {"id": examples.DOCUMENT, "document_type": "cccd", "number": "054092999001"}},
    correction={"issued_on": "2021-06-01"},
    unmergeable=frozenset({"document_type", "number"}),
)
RESIDENCES = Kind(
    table=ResidenceRow,
    collection="residences",
    singular="residence",
    words="residence",
    tag=Tag.PERSONS,
    create=ResidenceIn,
    body=ResidenceBody,
    out=ResidenceOut,
    read=Permission.RESIDENCE_READ,
    write=Permission.RESIDENCE_WRITE,
    groups=(FieldGroup.RESIDENCE,),
    decide=decide_residence,
    dated_by="from_on",
    about="Where the person lived, in a period. The first residence, posted with the person, makes its commune "
    "responsible; later ones do not move the person.",
    examples={
        "temporary": {
            "id": "0f3a5c7e-19b2-4d64-8a1c-6e5f4d3c2b1b",
            "kind": "temporary",
            "unit_code": examples.UNIT_CODE,
            "from_on": "2020-06-01",
        }
    },
    correction={"to_on": "2020-12-31"},
    is_judged_alone=True,
    unmergeable=frozenset({"unit_code", "from_on", "to_on"}),
)
