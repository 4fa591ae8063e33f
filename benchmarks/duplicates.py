"""The check for duplicates beside the insert that it goes with, among a million: `python -m benchmarks.duplicates`.

Names, and so the groups in which duplicates are looked for, are as unevenly spread as in Viet Nam.
"""

import argparse
import asyncio
import json
import random
import sys
import time
from collections.abc import AsyncIterator, Iterator
from contextlib import asynccontextmanager
from itertools import repeat
from statistics import median
from typing import Any
from uuid import uuid4

from benchmarks.client import Connection, Request, drive
from benchmarks.crowd import Crowd, fill
from benchmarks.ground import Ground, prepared
from benchmarks.processor import seconds_of
from benchmarks.service import Service, serving
from registry.api.clock import local_date, system_clock
from registry.db import context
from registry.db.engine import Sessions, create_engine, create_sessions
from registry.db.match_passes import START
from registry.keys import Keys
from registry.usecases.match_passes import Pass, Search, look

PEOPLE = 1_000_000
ROUNDS = 9
SECONDS = 1.0
BATCHES = {Pass.GROUPS: 20, Pass.PAIRS: 20}
COMMUNE = "22015"
COMMONEST = {"full_name": "Nguyễn Văn Hùng", "birth_year": 1985}


async def main(people: int) -> None:
    async with prepared() as ground:
        _say(f"Making {people} people ...")
        keys = Keys.derive(ground.settings["REGISTRY_SECRET"].encode())
        crowd = Crowd(keys, random.Random(7))  # noqa: S311 - the same people each time, not a secret
        await fill(ground.server.url(), crowd, people)
        figures = _compare(ground, crowd)
        figures |= await _scan(ground, keys)
    for name, value in figures.items():
        print(json.dumps({"name": name, "value": round(value, 3)}))


def _compare(ground: Ground, crowd: Crowd) -> dict[str, float]:
    """Post people to the service, and to one that neither keeps groups nor looks for duplicates, in turn."""
    ordinary = (_post(crowd.described()) for _ in repeat(None))
    commonest = (_post(COMMONEST) for _ in repeat(None))
    settings, directory = ground.settings, ground.directory
    with serving(settings, directory) as whole, serving(settings, directory, "duplicates") as without:
        of_ordinary = _rounds(ground, whole, without, ordinary)
        of_commonest = _rounds(ground, whole, without, commonest)
    return {
        "person_post_ms": 1e3 * of_ordinary["whole"],
        "person_post_without_check_ms": 1e3 * of_ordinary["without"],
        "duplicate_check_cpu_vs_insert": of_ordinary["cpu"],
        "duplicate_check_of_commonest_name_vs_insert": of_commonest["ratio"],
        "duplicate_check_vs_insert": of_ordinary["ratio"],
    }


def _rounds(ground: Ground, whole: Service, without: Service, requests: Iterator[Request]) -> dict[str, float]:
    """Let both take turns; medians over all posts of all rounds, and what the check adds to one without it."""
    spent: dict[int, list[float]] = {whole.pid: [], without.pid: []}
    used = dict.fromkeys(spent, 0.0)
    postgres = int((ground.directory / "data/postgres/postmaster.pid").read_text().split()[0])
    for turn in range(1 + ROUNDS):
        for service in (without, whole):
            with Connection(service.port, ground.token) as connection:
                connection.send(next(requests))
                before = seconds_of(postgres) + seconds_of(service.pid)
                load = drive([connection], requests, SECONDS)
                if turn:  # the first one warms up
                    used[service.pid] += seconds_of(postgres) + seconds_of(service.pid) - before
                    spent[service.pid] += load.latencies
    each = {pid: median(latencies) for pid, latencies in spent.items()}
    cpu = {pid: used[pid] / len(latencies) for pid, latencies in spent.items()}
    return {
        "whole": each[whole.pid],
        "without": each[without.pid],
        "ratio": each[whole.pid] / each[without.pid] - 1,
        "cpu": cpu[whole.pid] / cpu[without.pid] - 1,
    }


def _post(described: dict[str, Any]) -> Request:
    residence = {"id": str(uuid4()), "kind": "permanent", "unit_code": COMMUNE, "from_on": "2026-01-01"}
    return Request("POST", "/v1/persons", {"id": str(uuid4()), **described, "residence": residence})


async def _scan(ground: Ground, keys: Keys) -> dict[str, float]:
    """Do some batches of both passes, and keep nothing of them."""
    now = system_clock()
    search = Search(keys, ground.key_ring, ground.atlas, now, local_date(now))
    async with _opened(ground) as sessions:
        return {f"scan_{which}_per_second": await _rate(sessions, search, which) for which in Pass}


async def _rate(sessions: Sessions, search: Search, which: Pass) -> float:
    last, people, began = START, 0, time.perf_counter()
    for _ in range(BATCHES[which]):
        async with sessions() as session:  # never committed
            await context.act_as_worker(session)
            batch = await look(session, search, which, after=last)
        last, people = batch.last or last, people + batch.people
    return people / (time.perf_counter() - began)


@asynccontextmanager
async def _opened(ground: Ground) -> AsyncIterator[Sessions]:
    engine = create_engine(ground.server.url(), pool_size=1)
    try:
        yield create_sessions(engine)
    finally:
        await engine.dispose()


def _say(what: str) -> None:
    print(what, file=sys.stderr, flush=True)


if __name__ == "__main__":
    options = argparse.ArgumentParser(prog="benchmarks.duplicates")
    options.add_argument("--people", type=int, default=PEOPLE)
    asyncio.run(main(options.parse_args().people))
