"""Compare speed with the bare database: `make bench`. The last lines are the figures, one JSON object each."""

import asyncio
import json
import sys

from benchmarks import annual_report, batch_push, price, pull, reading, single_post
from benchmarks.stage import set_up


async def main() -> None:
    _say("Preparing a database with made-up people ...")
    async with set_up() as stage:
        figures = {"map_load_seconds": stage.map_load_seconds}
        _say("Reading ...")
        figures |= reading.measure(stage)
        figures |= await annual_report.compare(stage)
        _say(f"Pulling {pull.CHANGES} changes, and COPY: {pull.ROUNDS} rounds ...")
        figures |= await pull.compare(stage)
        _say(f"Pushing {batch_push.OPERATIONS} records at once, and one statement: {batch_push.ROUNDS} rounds ...")
        figures |= await batch_push.compare(stage)
        _say(f"Posting episodes, and pgbench: {single_post.ROUNDS} rounds of {single_post.ROUND_SECONDS} s each ...")
        figures |= await single_post.compare(stage)
        # Last: what is written without encryption cannot be read by who expects it sealed.
        _say("Asking the same with and without each protection ...")
        figures |= await price.measure(stage)
    for name, value in figures.items():
        print(json.dumps({"name": name, "value": round(value, 3)}))


def _say(what: str) -> None:
    print(what, file=sys.stderr, flush=True)


if __name__ == "__main__":
    asyncio.run(main())
