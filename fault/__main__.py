"""Kill servers under a load of pushes, and look for what was lost or doubled: `make fault [ARGS="--short --seed 7"]`.

The last line is the verdict as JSON. The exit code is 1 where a promise was broken.
"""

import argparse
import asyncio
import json
import random
import secrets
import sys
import time
from dataclasses import asdict, dataclass
from datetime import UTC, datetime

from benchmarks.ground import ON, PROVINCE, Ground, prepared
from fault import plan, verdict
from fault.devices import work_through
from fault.journal import Journal
from fault.killer import Killer
from fault.notebook import Places
from fault.proxy import Proxy
from fault.workers import Workers

DEVICES = 64
WORKERS = 2
TELL_SECONDS = 10


@dataclass(frozen=True, slots=True)
class Extent:
    """How many operations are to be acknowledged, and how many kills happen on the way."""

    operations: int
    kills: int


FULL, SHORT = Extent(100_000, 50), Extent(10_000, 10)


async def main(extent: Extent, seed: int) -> int:
    """Run one trial; 0 where every promise was kept."""
    _say(f"seed {seed}: {extent.operations} operations, {extent.kills} kills")
    chance = random.Random(seed)  # noqa: S311 - a trial that can be repeated, not a secret
    async with prepared() as ground:
        places = Places(_communes(ground), ON)
        batches = list(plan.batches(extent.operations, places, chance))
        with Workers(ground.settings, ground.directory, WORKERS) as workers:
            await workers.ready()
            async with Proxy(workers.ports, chance) as proxy:
                journal = Journal(started=time.monotonic())
                killer = Killer(workers, ground.directory, chance)
                async with asyncio.TaskGroup() as group:
                    reviving = group.create_task(workers.revive())
                    telling = group.create_task(_tell(journal))
                    killing = group.create_task(killer.kill_on_the_way(journal, extent.operations, extent.kills))
                    await work_through(
                        batches, journal, port=proxy.port, token=ground.token, devices=DEVICES, chance=chance
                    )
                    for background in (reviving, telling, killing):
                        background.cancel()
        found = await verdict.compare(ground.server.url(), batches, journal)
    said = {"seed": seed, **asdict(journal.summary()), "kills": killer.done, "cut": proxy.cut, **asdict(found)}
    print(json.dumps(said))
    return 0 if found.is_kept else 1


def _communes(ground: Ground) -> list[str]:
    """Codes of the communes whose people the caller may write today."""
    atlas, today = ground.atlas, datetime.now(UTC).date()
    communes = atlas.communes_within(atlas.resolve(PROVINCE, ON).unit_id, ON)
    return sorted(commune.code for commune in communes if atlas.current(commune.unit_id, today) in ground.units)


async def _tell(journal: Journal) -> None:
    while True:
        await asyncio.sleep(TELL_SECONDS)
        _say(f"{journal.done} acknowledged, {dict(journal.counts)}, {len(journal.broken)} broken")


def _say(what: str) -> None:
    print(what, file=sys.stderr, flush=True)


if __name__ == "__main__":
    options = argparse.ArgumentParser(prog="fault")
    options.add_argument("--short", action="store_true", help="10,000 operations and 10 kills")
    options.add_argument("--seed", type=int, default=secrets.randbelow(2**32))
    given = options.parse_args()
    sys.exit(asyncio.run(main(SHORT if given.short else FULL, given.seed)))
