"""The feed forgets what nobody can ask for any more, and nothing else."""

from datetime import date, timedelta
from uuid import UUID, uuid4

from registry.domain.feed import FORGOTTEN_AFTER
from registry.worker.changes import forget_changes
from registry.worker.job import Job
from tests.conftest import TODAY
from tests.worker.conftest import Ask, Hire
from tests.worker.test_worker import run_due

FORGET = Job("forget", timedelta(hours=1), forget_changes)


async def told(ask: Ask, day: date) -> UUID:
    record = uuid4()
    statement = """
        INSERT INTO change_feed (unit_id, entity, record_id, op, version, recorded_on)
        VALUES (1, 'club', :record, 'upsert', 1, :day)
    """
    await ask(statement, record=record, day=day)
    return record


async def held(ask: Ask) -> set[object]:
    return {record for (record,) in await ask("SELECT record_id FROM change_feed")}


async def test_what_was_told_long_ago_is_forgotten(ask: Ask, hire: Hire) -> None:
    last = TODAY - FORGOTTEN_AFTER
    old, kept, new = [await told(ask, day) for day in (last - timedelta(days=1), last, TODAY)]

    await run_due(hire(FORGET))

    assert {old, kept, new} & await held(ask) == {kept, new}


async def test_a_write_says_itself_when_it_was(ask: Ask) -> None:
    (row,) = await ask("""
        INSERT INTO change_feed (unit_id, entity, record_id, op, version)
        VALUES (1, 'club', gen_random_uuid(), 'upsert', 1) RETURNING recorded_on = CURRENT_DATE
    """)

    assert row == (True,)
