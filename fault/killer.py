"""What goes wrong: a worker, all workers, or PostgreSQL with all its processes is killed at a random moment."""

import asyncio
import os
import random
import signal
from collections import Counter
from contextlib import suppress
from pathlib import Path

from fault.journal import Journal
from fault.workers import Workers

POLL_SECONDS = 0.02
VICTIMS = ("worker", "worker", "all workers", "postgres", "postgres")


class Killer:
    """Kills as often as it is told to, spread over the work."""

    def __init__(self, workers: Workers, directory: Path, chance: random.Random) -> None:
        self._workers = workers
        self._pid_file = directory / "data/postgres/postmaster.pid"
        self._chance = random.Random(chance.random())  # noqa: S311 - a trial that can be repeated
        self.done: Counter[str] = Counter()

    async def kill_on_the_way(self, journal: Journal, operations: int, kills: int) -> None:
        """Kill somebody each time another share of the operations is acknowledged."""
        for number in range(1, kills + 1):
            while journal.done < operations * number // (kills + 1):  # noqa: ASYNC110 - nobody tells
                await asyncio.sleep(POLL_SECONDS)
            await asyncio.sleep(self._chance.random() / 2)
            self._kill(self._chance.choice(VICTIMS))

    def _kill(self, victim: str) -> None:
        self.done[victim] += 1
        match victim:
            case "worker":
                self._workers.kill(self._chance.choice(self._workers.ports))
            case "all workers":
                for port in self._workers.ports:
                    self._workers.kill(port)
            case _:
                self._kill_postgres()

    def _kill_postgres(self) -> None:
        """Kill the server's first process and all that it has started, at one blow."""
        try:
            first = int(self._pid_file.read_text().split()[0])
            children = Path(f"/proc/{first}/task/{first}/children").read_text().split()
        except (FileNotFoundError, IndexError):
            return  # it is down from the last time
        for pid in (first, *map(int, children)):
            with suppress(ProcessLookupError):
                os.kill(pid, signal.SIGKILL)
