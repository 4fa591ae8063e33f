"""What the demo seals, the numbers, telephones, addresses and notes of its people, is nowhere to be read once it is in.

Their names are clear: that they are found is the control of each search.
"""

from collections.abc import Iterator
from io import StringIO
from pathlib import Path

import httpx
import pytest
from fastapi import FastAPI

from registry.api.schemas.persons import PersonIn
from registry.api.sync.kinds import KINDS
from registry.db.sealing import sealed_columns
from registry.demo.batches import Posting, Province
from registry.demo.load import make_province, post_province
from registry.embedded import EmbeddedPostgres
from tests.canaries.searching import dumped, files_of, found, log_of, seen
from tests.conftest import SignIn
from tests.factories.demo import tokens_of_the_demo

PEOPLE = 40
LONG_ENOUGH = 9
"""Bytes of a text; a shorter one may be met by chance in one of its forms."""


@pytest.fixture(scope="module")
def province() -> Province:
    return make_province().with_people(PEOPLE)


@pytest.fixture(scope="module")
def postings(province: Province) -> list[Posting]:
    return [posting for stage in province.stages for batch in stage for posting in batch.postings]


@pytest.fixture(scope="module")
def names(postings: list[Posting]) -> list[str]:
    return [posting.body.full_name for posting in postings if isinstance(posting.body, PersonIn)]


@pytest.fixture(scope="module")
def kept(postings: list[Posting]) -> dict[str, str]:
    """What is to be kept, and for each text the column that keeps it."""
    texts = {text: place for posting in postings for place, text in sealed_texts(posting)}
    return {text: place for text, place in texts.items() if len(text.encode()) >= LONG_ENOUGH}


def sealed_texts(posting: Posting) -> Iterator[tuple[str, str]]:
    body = posting.body.model_dump(mode="json", exclude_none=True)
    table = KINDS[posting.kind].table
    for column in {*sealed_columns(table)} & set(body):
        yield f"{table.__tablename__}.{column}", body[column]
    if "address" in body.get("residence", {}):
        yield "residence.address", body["residence"]["address"]


@pytest.fixture(scope="module")
async def loaded(
    app: FastAPI,
    sign_in: SignIn,
    province: Province,
    server: EmbeddedPostgres,
    logged: StringIO,  # noqa: ARG001 - it listens
) -> EmbeddedPostgres:
    """The server, once the demo is in."""
    transport = httpx.ASGITransport(app=app)
    async with httpx.AsyncClient(base_url="https://registry.example", transport=transport) as client:
        await post_province(province, client, tokens_of_the_demo(sign_in), lambda *_: None)
    return server


def test_the_demo_has_something_to_keep(kept: dict[str, str]) -> None:
    of_people = {"person.phone", "identity_document.number", "residence.address"}
    assert set(kept.values()) == of_people | {"visit.note", "attendance.note", "referral.note"}
    assert len(kept) > PEOPLE


async def test_a_dump_tells_nothing(
    loaded: EmbeddedPostgres, kept: dict[str, str], names: list[str], tmp_path: Path
) -> None:
    dump = dumped(loaded, tmp_path)

    assert all(seen(name, dump) for name in names)
    assert found(kept, dump) == []


async def test_the_log_of_changes_tells_nothing(
    loaded: EmbeddedPostgres, kept: dict[str, str], names: list[str]
) -> None:
    changes = b"".join((await files_of(loaded, "pg_wal")).values())

    assert sum(seen(name, changes) for name in names) > PEOPLE / 2  # one may lie across two pages
    assert found(kept, changes) == []


async def test_no_log_tells_anything(loaded: EmbeddedPostgres, kept: dict[str, str], logged: StringIO) -> None:
    log = log_of(loaded) + logged.getvalue().encode()

    assert b"INSERT INTO identity_document" in log
    assert b"/v1/sync/push" in log
    assert found(kept, log) == []
