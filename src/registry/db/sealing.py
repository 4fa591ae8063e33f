"""Sealed columns: what a table declares as sealed is sealed before it is a row, and opened beside the row for answers.

A key is fetched under the policies of the caller, where something is to be sealed or opened, and forgotten with the
transaction: a person whose key is destroyed is unreadable at once, in every process.
"""

import json
import logging
from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import asdict
from functools import cache
from typing import Any
from uuid import UUID

from sqlalchemy import ARRAY, Integer, LargeBinary, Uuid, bindparam, text
from sqlmodel import SQLModel
from sqlmodel.ext.asyncio.session import AsyncSession

from registry.db.prepared import Prepared
from registry.db.tables.columns import SealedFields, SealedText
from registry.domain.errors import DomainError
from registry.domain.record import RecordErased
from registry.vault.gcm import Broken
from registry.vault.ring import MasterKeys, WrappedKey
from registry.vault.sealed import DataKey, Place, Sealed

log = logging.getLogger(__name__)

ROUND_BYTES = 512
"""What is sealed together is filled up to a multiple of this: the length of a sealed value is its text's."""

_FIND = Prepared(
    text("SELECT person_id, id, master_key, wrapped_key FROM person_key WHERE person_id = ANY (:persons)").bindparams(
        bindparam("persons", type_=ARRAY(Uuid()))
    )
)
_KEEP = text("""
    INSERT INTO person_key (person_id, unit_id, id, master_key, wrapped_key)
    VALUES (:person_id, :unit_id, :id, :master_key, :wrapped_key)
""").bindparams(
    *(bindparam(name, type_=Uuid) for name in ("person_id", "id")),
    *(bindparam(name, type_=Integer) for name in ("unit_id", "master_key")),
    bindparam("wrapped_key", type_=LargeBinary),
)


class SealedValueUnreadable(DomainError):
    """A sealed value does not open: it was changed or moved, or a key is missing."""

    code = "sealed_value_unreadable"


class Opened:
    """A row as answers show it, what was sealed in it opened. It is no row: none of it can be written back.

    What an answer says beside the row is given in the same way.
    """

    __slots__ = ("_row", "_shown")

    def __init__(self, row: object, shown: Mapping[str, Any]) -> None:
        self._row = row
        self._shown = shown

    def __getattr__(self, name: str) -> Any:  # noqa: ANN401 - columns of any type
        return self._shown[name] if name in self._shown else getattr(self._row, name)


@cache
def sealed_columns(table: type[SQLModel]) -> tuple[str, ...]:
    """The columns that a table declares as sealed."""
    columns = table.__table__.columns  # type: ignore[attr-defined]  # SQLModel sets it
    return tuple(column.name for column in columns if isinstance(column.type, SealedText))


def is_sealed(table: type[SQLModel], fields: Iterable[str]) -> bool:
    """Whether any of these fields of a record is sealed, once it is given."""
    return not set(_sealed_names(table)).isdisjoint(fields)


def sealed_under(
    key: DataKey, table: type[SQLModel], columns: Mapping[str, Any], *, person_id: UUID, record_id: UUID
) -> dict[str, Any]:
    """Seal those of a record's columns that its table declares so, under a key that is at hand."""
    texts = _joined(table, columns)
    entity = str(table.__tablename__)
    sealed = {
        name: key.seal(texts[name], Place(entity, name, person_id, record_id))
        for name in sealed_columns(table)
        if texts.get(name) is not None
    }
    return {**texts, **sealed}


class Vault:
    """Seals and opens within one transaction."""

    def __init__(self, session: AsyncSession, master_keys: MasterKeys) -> None:
        self._session = session
        self._master_keys = master_keys
        self._keys: dict[UUID, DataKey | None] = {}  # None: destroyed, with all that it sealed

    async def keep(self, key: DataKey, *, person_id: UUID, unit_id: int) -> None:
        """Keep the key of a new person, whose row is written already: it was sealed under it."""
        wrapped = await self._master_keys.wrap(key, person_id=person_id)
        kept = {
            "person_id": person_id,
            "unit_id": unit_id,
            "id": wrapped.id,
            "master_key": wrapped.master_key,
            "wrapped_key": wrapped.blob,
        }
        await (await self._session.connection()).execute(_KEEP, kept)
        self._keys[person_id] = key

    async def sealed(
        self, table: type[SQLModel], columns: Mapping[str, Any], *, person_id: UUID | None, record_id: UUID
    ) -> dict[str, Any]:
        """Seal those of a record's columns that its table declares so. A person's own record names no person."""
        if all(columns.get(name) is None for name in _sealed_names(table)):
            return dict(columns)
        owner = person_id or record_id
        await self._fetch({owner})
        key = self._key_of(owner)
        if key is None:
            raise RecordErased
        return sealed_under(key, table, columns, person_id=owner, record_id=record_id)

    async def within_reach(self, persons: Collection[UUID]) -> frozenset[UUID]:
        """Those of the people whose key the caller's policies show, destroyed or not."""
        await self._fetch(persons)
        return frozenset(persons) & self._keys.keys()

    async def opened(self, row: Any) -> Any:  # noqa: ANN401 - a row of any table, or what stands for it in answers
        """Open a record for an answer."""
        (shown,) = await self.opened_all([row])
        return shown

    async def opened_all(self, rows: Sequence[Any]) -> list[Any]:
        """Open records of one or several tables for an answer, with at most one question for their keys."""
        places = [_sealed_in(row) for row in rows]
        await self._fetch({place.person_id for held in places for _, place in held})
        return [Opened(row, self._shown(held)) if held else row for row, held in zip(rows, places, strict=True)]

    async def open_fields(self, records: Iterable[tuple[type[SQLModel], UUID, UUID, dict[str, Any]]]) -> None:
        """Open in place what is sealed in the fields of records, as the driver reads them: with table, owner and id."""
        held = [
            (fields, Sealed(value), Place(str(table.__tablename__), name, owner, id_))
            for table, owner, id_, fields in records
            for name in sealed_columns(table)
            if (value := fields.get(name)) is not None
        ]
        await self._fetch({place.person_id for _, _, place in held})
        for fields, value, place in held:
            fields[place.column] = self._open(value, place)

    async def opened_states(self, states: Sequence[Any], *, person_id: UUID | None) -> list[Any]:
        """Open former states, as the history keeps them, for an answer."""
        return [await self._opened_state(state, person_id or state.id) for state in states]

    async def _opened_state(self, former: Any, owner: UUID) -> Any:  # noqa: ANN401 - of either history
        held = {name: sealed for name, value in former.state.items() if (sealed := Sealed.from_json(value)) is not None}
        if not held:
            return former
        await self._fetch({owner})
        clear = {name: value for name, value in former.state.items() if name not in held}
        shown = self._shown([(value, Place(former.entity, name, owner, former.id)) for name, value in held.items()])
        return Opened(former, {"state": clear | shown})

    async def _fetch(self, persons: Iterable[UUID]) -> None:
        missing = [person_id for person_id in persons if person_id not in self._keys]
        if not missing:
            return
        for person_id, key_id, master_key, blob in await _FIND.all(self._session, persons=missing):
            if blob is None:
                self._keys[person_id] = None
                continue
            try:
                key = await self._master_keys.unwrap(WrappedKey(key_id, master_key, blob), person_id=person_id)
            except Broken:
                log.error("person_key.unreadable", extra={"person_id": person_id, "master_key": master_key})  # noqa: TRY400 - the trace says nothing
                raise SealedValueUnreadable from None
            self._keys[person_id] = key

    def _key_of(self, person_id: UUID) -> DataKey | None:
        if person_id not in self._keys:
            log.error("person_key.missing", extra={"person_id": person_id})
            raise SealedValueUnreadable
        return self._keys[person_id]

    def _shown(self, held: Iterable[tuple[Sealed, Place]]) -> dict[str, Any]:
        """Open what is sealed in a record, by the names of its fields."""
        shown: dict[str, Any] = {}
        for value, place in held:
            text, fields = self._open(value, place), _together(place.table).get(place.column)
            if fields is None:
                shown[place.column] = text
            else:
                shown |= dict.fromkeys(fields) if text is None else json.loads(text)
        return shown

    def _open(self, value: Sealed, place: Place) -> str | None:
        key = self._key_of(place.person_id)
        try:
            return None if key is None else key.open(value, place)
        except Broken:
            log.error("sealed_value.unreadable", extra=asdict(place))  # noqa: TRY400 - the trace says nothing
            raise SealedValueUnreadable from None


@cache
def _together(entity: str) -> Mapping[str, tuple[str, ...]]:
    """The columns of a table that hold several fields, sealed together."""
    columns = SQLModel.metadata.tables[entity].columns
    return {column.name: column.type.fields for column in columns if isinstance(column.type, SealedFields)}


@cache
def _sealed_names(table: type[SQLModel]) -> tuple[str, ...]:
    """The names under which a record is given what will be sealed in it."""
    together = _together(str(table.__tablename__))
    return tuple(name for column in sealed_columns(table) for name in together.get(column, (column,)))


def _joined(table: type[SQLModel], columns: Mapping[str, Any]) -> dict[str, Any]:
    """Write the fields that are sealed together as one text of a round length."""
    rest = dict(columns)
    for column, fields in _together(str(table.__tablename__)).items():
        given = {name: rest.pop(name) for name in fields if name in rest}
        if given:
            text = json.dumps(given, ensure_ascii=False)
            rest[column] = text + " " * (-len(text.encode()) % ROUND_BYTES)
    return rest


def _sealed_in(row: Any) -> list[tuple[Sealed, Place]]:  # noqa: ANN401 - a row of any table
    table: type[SQLModel] = type(row)
    return [
        (value, Place(str(table.__tablename__), name, getattr(row, "person_id", row.id), row.id))
        for name in sealed_columns(table)
        if (value := getattr(row, name)) is not None
    ]
