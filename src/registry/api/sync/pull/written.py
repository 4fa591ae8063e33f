"""Writes what `ChangesOut` describes from pieces that are JSON already: most of each record comes so from the database.

Nothing of it is checked again: it comes from columns that hold nothing else.
"""

from collections.abc import Iterable
from typing import Any
from uuid import UUID

from pydantic_core import to_json

from registry.db.replica import Found
from registry.domain.feed import ChangeOperation


def record(found: Found) -> str:
    """Write a record: what the database has written of it, and where it has left a null, what it could not.

    A name between bare quotes, with a colon, is no part of a text. What is filled in may hold the same names inside
    itself: from the last field to the first, it comes after the one that is looked for.
    """
    text = found.written
    for name, value in reversed(found.fields.items()):
        if value is not None:
            text = text.replace(f'"{name}":null', f'"{name}":{to_json(value).decode()}', 1)
    return text


def item(op: ChangeOperation, kind: str, person_id: UUID | None, id_: UUID, version: int, record: str | None) -> str:
    """Write what `ChangeOut` describes. Codes and ids hold nothing that JSON would have to escape."""
    owner = "null" if person_id is None else f'"{person_id}"'
    named = f'"op":"{op}","kind":"{kind}","person_id":{owner},"id":"{id_}","version":{version}'
    return f'{{{named},"record":{record or "null"}}}'


def page(items: Iterable[str], **others: Any) -> bytes:  # noqa: ANN401 - fields of any type
    """Write a page of items, and its other fields."""
    return b'{"items":[%b],%b' % (",".join(items).encode(), to_json(others)[1:])
