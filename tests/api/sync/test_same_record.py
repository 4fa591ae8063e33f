"""A record travels as its own route shows it, byte for byte: what is fast and what is checked may never part."""

from collections.abc import Sequence
from datetime import UTC, date, datetime
from typing import Annotated, Any
from uuid import UUID, uuid4

import httpx
import pytest
from pydantic import TypeAdapter, ValidationError
from sqlalchemy import ARRAY, Column, Date, DateTime, Float, Integer, LargeBinary, String, Uuid, text
from sqlalchemy.dialects.postgresql import JSONB
from sqlalchemy.types import TypeEngine
from sqlmodel.ext.asyncio.session import AsyncSession

from registry.api.records.kind import Kind
from registry.api.schemas.pull import ChangeOut, ChangesOut
from registry.api.sync.kinds import KINDS
from registry.api.sync.pull.pages import Reader
from registry.api.sync.pull.view import View
from registry.db.records import AnyRow
from registry.db.sealing import Vault, sealed_under
from registry.db.tables.columns import Coded, SealedText
from registry.domain.access import Role, UnitScope
from registry.settings import Settings
from registry.vault.sealed import DataKey
from tests.api.sync.moving import HERE
from tests.conftest import TODAY, SignIn
from tests.factories.devices import CHANGES, Device
from tests.factories.kinds import name_of
from tests.factories.posted import body_of, posted_episode, posted_organisation, posted_person

ODD = 'Nguyễn "Tý" \\ Ðặng/Ơn 阮 🙂\u2028</script>'
UNIT = 1
RECORDED: dict[str, Any] = {"unit_id": UNIT, "version": 7, "changed_by": "x", "fingerprint": b"", "state": "active"}
UNBOUND = """
    DO $$
    DECLARE each record;
    BEGIN
        FOR each IN SELECT conrelid::regclass AS held, conname FROM pg_constraint
                WHERE contype IN ('c', 'f') AND connamespace = 'public'::regnamespace LOOP
            EXECUTE format('ALTER TABLE %s DROP CONSTRAINT %I', each.held, each.conname);
        END LOOP;
        FOR each IN SELECT indexrelid::regclass AS held FROM pg_index JOIN pg_class ON oid = indexrelid
                WHERE relnamespace = 'public'::regnamespace AND relname LIKE 'uq!_%' ESCAPE '!'
                  AND indpred IS NOT NULL LOOP
            EXECUTE format('DROP INDEX %s', each.held);
        END LOOP;
    END $$
"""

PLAIN: Sequence[tuple[type[TypeEngine[Any]], Sequence[Any]]] = (
    (ARRAY, [[ODD, "Tư"]]),
    (Uuid, [uuid4()]),
    (Date, [date(1960, 2, 29)]),
    (DateTime, [datetime(2020, 1, 2, 3, 4, 5, 60, UTC)]),
    (Integer, [2017, 24, 7]),
    (Float, [-5.0, 5.0]),
    (LargeBinary, [b""]),
)

every_kind = pytest.mark.parametrize("kind", KINDS.values(), ids=name_of)


def candidates(column: Column[Any], kind: Kind) -> Sequence[Any]:
    """Values that a column may hold, the most telling ones first."""
    field = kind.out.model_fields.get(column.name)
    match column.type:
        case Coded(codes=codes):
            return [*codes.__members__.values()][-1:]
        case ARRAY(item_type=Coded(codes=codes)):
            return [[*codes.__members__.values()]]
        case JSONB():
            posted = next(iter(kind.examples.values())).get(column.name, {"title": ODD, "figures": [1, None]})
            return [posted, *((field and field.examples) or ())]
        case String() | SealedText():
            return [ODD, *((field and field.examples) or ()), "22015", "a_code", "0" * 64]
    return next(values for type_, values in PLAIN if isinstance(column.type, type_))


def filled(column: Column[Any], kind: Kind) -> Any:  # noqa: ANN401 - a value of any type
    """The first value that the shown field takes."""
    field = kind.out.model_fields.get(column.name)
    if field is None:
        return candidates(column, kind)[0]
    shown: Any = Annotated[(field.annotation, *field.metadata)] if field.metadata else field.annotation
    for value in candidates(column, kind):
        try:
            TypeAdapter(shown).validate_python(value)
        except ValidationError:
            continue
        return value
    raise AssertionError(f"no value is known for {kind.singular}.{column.name}: name one here")


def rows_of(kind: Kind, person_id: UUID, key: DataKey) -> list[AnyRow]:
    """A row whose columns are filled in, all of them, and one that has nothing but what it must have."""
    columns: list[Column[Any]] = list(kind.table.__table__.columns)  # type: ignore[union-attr]  # SQLModel sets it
    rows = []
    for is_whole in (True, False):
        values: dict[str, Any] = {
            column.name: filled(column, kind) if is_whole or not column.nullable else None
            for column in columns
            if column.name not in RECORDED and column.server_default is None
        }
        values |= RECORDED | {"person_id": person_id, "id": uuid4()}
        record_id = person_id if kind.singular == "person" and is_whole else values["id"]
        values["id"] = record_id
        owner = record_id if kind.singular == "person" else person_id
        if "person_id" in kind.table.model_fields or kind.singular == "person":
            values = sealed_under(key, kind.table, values, person_id=owner, record_id=record_id)
        rows.append(kind.table(**{name: values[name] for name in values if name in kind.table.model_fields}))
    return rows


@pytest.fixture
async def unbound(session: AsyncSession) -> AsyncSession:
    """A session in which columns may hold what rules of their own would forbid; it is rolled back."""
    await (await session.connection()).execute(text(UNBOUND))
    return session


@every_kind
async def test_every_column_filled_in_and_empty(kind: Kind, unbound: AsyncSession, settings: Settings) -> None:
    ring, key, person_id = settings.key_ring(), DataKey.new(), uuid4()
    rows = rows_of(kind, person_id, key)
    people = [] if kind.singular == "person" else rows_of(KINDS[next(iter(KINDS))], person_id, key)[:1]
    unbound.add_all([*people, *rows])
    await unbound.flush()
    await Vault(unbound, ring).keep(key, person_id=person_id, unit_id=UNIT)
    view = View(UnitScope((UNIT,)), tuple(KINDS.values()))

    page = await Reader(unbound, ring, view, TODAY).page(None, limit=500)

    vault = Vault(unbound, ring)
    for row, is_whole in zip(rows, (True, False), strict=True):
        shown = kind.out.model_validate(await vault.opened(row))
        assert b'"record":' + shown.model_dump_json().encode() + b"}" in page.rendered("")
        empty = {name for name, value in shown.model_dump().items() if value is None}
        assert not (is_whole and empty), "a field is never seen filled in"


async def test_what_an_organisation_sees(sign_in: SignIn, manager: httpx.AsyncClient) -> None:
    clinic = await posted_organisation(manager)
    known = await posted_person(manager, full_name=ODD, birth_date="1960-02-29", phone="0000 000 001")
    person = await posted_person(manager, birth_date=None)
    stays = {each: await posted_episode(manager, each, provider_id=clinic) for each in (known, person)}
    facility = await sign_in(Role.FACILITY_OFFICER, organisation=UUID(clinic))

    page = await facility.get(CHANGES)

    for person_id, stay in stays.items():
        for address in (f"/v1/persons/{person_id}", f"/v1/persons/{person_id}/episodes/{stay['id']}"):
            assert b'"record":' + (await facility.get(address)).content in page.content


async def test_a_page_is_what_the_manual_says(sign_in: SignIn, manager: httpx.AsyncClient) -> None:
    person_id = await posted_person(manager, unit_code=HERE)
    officer = await sign_in(Role.COMMUNE_OFFICER, unit=(HERE, TODAY))
    device = Device(officer)
    await device.pull()
    await manager.post(f"/v1/persons/{person_id}/void", json={"reason": "Entered twice."})

    asked: list[dict[str, str]] = [{}, {"cursor": device.cursor or ""}]
    for query in asked:
        page = body_of(await officer.get(CHANGES, params=query))
        assert page["items"]
        assert list(page) == list(ChangesOut.model_fields)
        assert {tuple(item) for item in page["items"]} == {tuple(ChangeOut.model_fields)}
        ChangesOut.model_validate(page)
