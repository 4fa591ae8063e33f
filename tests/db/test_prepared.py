"""Statements that the driver sends itself are in the session's transaction, and bound by the types of its tables."""

from collections.abc import AsyncIterator

import pytest
from sqlalchemy import bindparam, text
from sqlmodel.ext.asyncio.session import AsyncSession

from registry.db.engine import Sessions, create_engine, create_sessions, transaction
from registry.db.prepared import Prepared
from registry.db.tables.columns import Coded, Texts
from registry.domain.record import RecordState

MARK = Prepared(text("INSERT INTO service_state (key, value) VALUES (:key, '{}')").bindparams(key="mark"))
MARKS = Prepared(text("SELECT key FROM service_state WHERE key LIKE 'mark%'"))
SAID = Prepared(
    text("SELECT :state AS state, :words AS words").bindparams(
        bindparam("state", type_=Coded(RecordState)), bindparam("words", type_=Texts)
    )
)


@pytest.fixture
async def sessions(database_url: str) -> AsyncIterator[Sessions]:
    engine = create_engine(database_url, pool_size=1)
    yield create_sessions(engine)
    await engine.dispose()


async def marks(sessions: Sessions) -> list[str]:
    async with transaction(sessions) as session:
        return [row.key for row in await MARKS.all(session)]


async def test_the_first_statement_of_a_transaction_is_rolled_back_with_it(sessions: Sessions) -> None:
    async with sessions() as session:
        await MARK.all(session)
        await session.rollback()

    assert await marks(sessions) == []


async def test_a_session_that_goes_on_after_its_commit_is_in_another_transaction(sessions: Sessions) -> None:
    async with sessions() as session:
        await MARK.all(session, key="mark one")
        await session.commit()
        await MARK.all(session, key="mark two")
        await session.rollback()

    assert await marks(sessions) == ["mark one"]


async def test_what_a_savepoint_takes_back_is_gone(session: AsyncSession) -> None:
    await MARK.all(session, key="mark kept")
    savepoint = await session.begin_nested()
    await MARK.all(session)
    await savepoint.rollback()
    await MARK.all(session, key="mark after")

    assert {row.key for row in await MARKS.all(session)} - {"mark one"} == {"mark kept", "mark after"}


async def test_parameters_are_bound_as_their_types_say(session: AsyncSession) -> None:
    said = await SAID.one_or_none(session, state=RecordState.VOIDED, words=["a", "b"])

    assert said is not None
    assert (said.state, said.words) == ("voided", ["a", "b"])


async def test_a_code_that_is_none_is_refused(session: AsyncSession) -> None:
    with pytest.raises(ValueError, match="gone"):
        await SAID.all(session, state="gone", words=[])
