"""Keyset pages behind sealed cursors: no totals, no offsets, and no names in an address.

A cursor holds the sort key of the last row, and sort keys hold names. So it is encrypted, under a
key of its own for each caller, list and set of filters: it opens for nobody else and nowhere else.
"""

import hashlib
import hmac
import os
from base64 import urlsafe_b64decode, urlsafe_b64encode
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from functools import cache
from typing import Annotated, Any, Generic, NamedTuple, Self, TypeVar
from urllib.parse import quote, urlencode

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from fastapi import Query, Request, Response
from pydantic import Field, TypeAdapter, ValidationError
from pydantic_core import to_json

from registry.api.refusals import Refusal
from registry.api.schemas.fields import AsNumber, In, Out

DEFAULT_LIMIT = 50
MAX_LIMIT = 500
_NONCE_BYTES = 12

Item = TypeVar("Item")
Row = TypeVar("Row")
Key = TypeVar("Key", bound=NamedTuple)

Limit = Annotated[int, Field(ge=1, le=MAX_LIMIT, description="Most items on the page.")]
Cursor = Annotated[str, Field(max_length=4096, description="Where the page begins, as the page before it told.")]
LimitParameter = Annotated[Limit, Query()]
CursorParameter = Annotated[
    Cursor | None, Query(description="Where the page begins, as the page before it told; the first page without it.")
]


class CursorInvalid(Refusal):
    """The cursor is damaged, or was given to another caller or for another list."""

    code = "cursor_invalid"


class Page(Out, Generic[Item]):
    """One page of a list. Each resource has its own subclass, for the sake of its name in the specification."""

    items: list[Item] = Field(max_length=MAX_LIMIT, description="The items of this page, in order.")
    next: str | None = Field(max_length=12_000, description="Path and query of the next page; null on the last.")


class FoundPage(Out, Generic[Item]):
    """One page of a search by POST."""

    items: list[Item] = Field(max_length=MAX_LIMIT, description="What was found, in order.")
    next_cursor: str | None = Field(max_length=4096, description="The `cursor` of the next page; null on the last.")


class SearchIn(In):
    """The body of a search by POST; subclasses add the conditions."""

    limit: Annotated[int, Field(ge=1, le=MAX_LIMIT, description="Most items on the page."), AsNumber] = DEFAULT_LIMIT
    cursor: Cursor | None = Field(default=None, description="The `next_cursor` of the page before; null for the first.")


@dataclass(frozen=True, slots=True)
class Slice(Generic[Row]):
    """The rows of one page, and how the next is asked for."""

    items: Sequence[Row]
    next: str | None


@dataclass(frozen=True, slots=True)
class Seal:
    """Encrypts cursors for one caller, list and set of filters.

    Each has a key of its own, so that random nonces stay far below the 2^32 messages that one
    AES-GCM key bears (NIST SP 800-38D, 8.3).
    """

    key: bytes

    @classmethod
    def of(cls, master: bytes, *, subject: str, resource: str, filters: object) -> Self:
        """Derive the key of what the cursor is bound to."""
        return cls(hmac.digest(master, to_json([subject, resource, filters]), hashlib.sha256))

    def close(self, position: bytes) -> str:
        """Encrypt a position."""
        nonce = os.urandom(_NONCE_BYTES)
        return _written(nonce + AESGCM(self.key).encrypt(nonce, position, None))

    def open(self, cursor: str) -> bytes:
        """Decrypt a position. Raises `CursorInvalid` unless the cursor was closed with the same key."""
        try:
            sealed = urlsafe_b64decode(cursor.encode("ascii") + b"=" * (-len(cursor) % 4))
            position = AESGCM(self.key).decrypt(sealed[:_NONCE_BYTES], sealed[_NONCE_BYTES:], None)
        except (ValueError, InvalidTag):
            raise CursorInvalid from None
        if _written(sealed) != cursor:
            raise CursorInvalid
        return position


@dataclass(frozen=True, slots=True)
class Paging:
    """How far a caller has read in a search by POST, whose answer carries the bare cursor.

    A handler gives `paging.after(EpisodeKey)` and `paging.limit` to its query, which fetches one
    row more than the limit, and cuts the rows with `paging.page(rows, key=lambda row: EpisodeKey(...))`.
    """

    limit: int
    cursor: str | None
    seal: Seal

    def after(self, kind: type[Key]) -> Key | None:
        """Return the sort key after which the page begins; None for the first page."""
        if self.cursor is None:
            return None
        position = self.seal.open(self.cursor)
        try:
            key: Key = _adapter(kind).validate_json(position)
        except ValidationError:
            raise CursorInvalid from None
        return key

    def page(self, rows: Sequence[Row], *, key: Callable[[Row], NamedTuple]) -> Slice[Row]:
        """Cut the page out of the rows; one row beyond the limit tells that there is a next page."""
        if len(rows) <= self.limit:
            return Slice(rows, None)
        items = rows[: self.limit]
        return Slice(items, self._next(self.seal.close(to_json(key(items[-1])))))

    def _next(self, cursor: str) -> str:
        return cursor


@dataclass(frozen=True, slots=True)
class ListPaging(Paging):
    """How far a caller has read in a list by GET, whose answer carries the address of the next page."""

    request: Request
    response: Response

    def _next(self, cursor: str) -> str:
        """Write path and query, and say the same in a Link field (RFC 8288)."""
        kept = [(name, value) for name, value in self.request.query_params.multi_items() if name != "cursor"]
        address = f"{quote(self.request.url.path)}?{urlencode([*kept, ('cursor', cursor)])}"
        self.response.headers.append("Link", f'<{address}>; rel="next"')
        return address


def list_paging(request: Request, response: Response, *, subject: str, limit: int, cursor: str | None) -> ListPaging:
    """Open the paging of a list by GET: bound to the caller, the path and every other query parameter."""
    filters = sorted(item for item in request.query_params.multi_items() if item[0] not in {"limit", "cursor"})
    seal = Seal.of(_master(request), subject=subject, resource=request.url.path, filters=filters)
    return ListPaging(limit, cursor, seal, request, response)


def search_paging(request: Request, body: SearchIn, *, subject: str) -> Paging:
    """Open the paging of a search by POST: bound to the caller, the path and the conditions in the body."""
    filters = body.model_dump(mode="json", exclude={"limit", "cursor"})
    seal = Seal.of(_master(request), subject=subject, resource=request.url.path, filters=filters)
    return Paging(body.limit, body.cursor, seal)


def _written(sealed: bytes) -> str:
    return urlsafe_b64encode(sealed).decode().rstrip("=")


def _master(request: Request) -> bytes:
    key: bytes = request.app.state.keys.cursor
    return key


@cache
def _adapter(kind: type[Key]) -> TypeAdapter[Any]:
    return TypeAdapter(kind)
