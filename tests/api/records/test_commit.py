"""An answer leaves when its work is committed, never before."""

import httpx
from fastapi import FastAPI

from tests.factories.bodies import an_episode
from tests.factories.posted import posted_person, refused
from tests.factories.stored import rows

FULL = """
    CREATE FUNCTION is_full() RETURNS trigger LANGUAGE plpgsql AS
    $$ BEGIN RAISE 'no space left' USING ERRCODE = 'disk_full'; END $$
"""
AT_THE_END = """
    CREATE CONSTRAINT TRIGGER is_full AFTER INSERT ON episode DEFERRABLE INITIALLY DEFERRED
    FOR EACH ROW EXECUTE FUNCTION is_full()
"""


async def test_what_cannot_be_committed_is_not_answered_as_done(app: FastAPI, manager: httpx.AsyncClient) -> None:
    path = f"/v1/persons/{await posted_person(manager)}/episodes"
    await rows(app, FULL)
    await rows(app, AT_THE_END)

    answer = await manager.post(path, json=an_episode())

    assert refused(answer, 503, "unavailable")
    assert (await manager.get(path)).json()["items"] == []
