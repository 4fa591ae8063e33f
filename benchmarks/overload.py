"""What the service still does when far more is asked of it than it can: `python -m benchmarks.overload`.

By hand, two minutes. Officers read (a list of 50 people); then they read and record (`POST` of an episode), half and
half. First as fast as 8 clients can who wait for their answers: that is the peak. Then the same at several times the
peak by callers who do not wait (an open loop: requests come when they come). The figures are ratios to the peak of
the same run. Where recording goes first the ratio says little, since it costs less than reading: look at the share.
"""

import asyncio
import json
import sys
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass, field
from itertools import count, repeat
from pathlib import Path
from statistics import median, quantiles
from time import perf_counter

from benchmarks.client import Request
from benchmarks.processor import seconds_of
from benchmarks.single_post import episode_of
from benchmarks.stage import Stage, set_up

LEAD_SECONDS = 3.0
"""Until the queue is as long as it gets; what is answered before does not count."""
SECONDS = 6.0
CLIENTS = 8
TIMES = (3, 10)
MOST_CONNECTIONS = 2000
PROBE_SECONDS = 0.1
PATIENCE_SECONDS = 30.0

READING = Request("GET", "/v1/persons?limit=50")
HEALTH = ("/health/live", "/health/ready")


@dataclass
class Outcome:
    """What became of the requests of one load, of those answered once it had settled."""

    pid: int
    processor: float = 0.0
    begun: float = field(default_factory=perf_counter)
    recorded: int = 0
    read: int = 0
    refused: Counter[int] = field(default_factory=Counter)
    lost: int = 0
    aside: int = 0
    waits: list[float] = field(default_factory=list)
    health: dict[str, list[float]] = field(default_factory=lambda: {path: [] for path in HEALTH})

    @property
    def goodput(self) -> float:
        """Answers per second that did what was asked."""
        return (self.recorded + self.read) / SECONDS

    @property
    def per_processor_second(self) -> float:
        """The same for each second of the service's processor time, with all that it spends on the others."""
        return (self.recorded + self.read + self.aside) / self.processor

    @property
    def is_over(self) -> bool:
        """Whether no more requests are sent."""
        return perf_counter() > self.begun + LEAD_SECONDS + SECONDS

    def count(self, request: Request, status: int, waited: float) -> None:
        if status in {200, 201} and (self.is_over or perf_counter() < self.begun + LEAD_SECONDS):
            self.aside += 1
            return
        match status:
            case 200 | 201 if request.method == "POST":
                self.recorded += 1
            case 200:
                self.read += 1
            case _:
                self.refused[status] += 1
                return
        self.waits.append(waited)


class Callers:
    """Callers who keep their connections, as many as are needed at once."""

    def __init__(self, stage: Stage) -> None:
        self._port = stage.service.port
        self._fields = f"Host: 127.0.0.1\r\nAuthorization: Bearer {stage.token}\r\n"
        self._idle: list[tuple[asyncio.StreamReader, asyncio.StreamWriter]] = []
        self._open = 0

    async def send(self, request: Request) -> int:
        """Send a request and return the status of its answer; raises where the connection is lost."""
        reader, writer = self._kept() or await self._dial()
        try:
            content = b"" if request.body is None else json.dumps(request.body).encode()
            head = f"{request.method} {request.path} HTTP/1.1\r\n{self._fields}"
            if content:
                head += f"Content-Type: application/json\r\nContent-Length: {len(content)}\r\n"
            writer.write(f"{head}\r\n".encode() + content)
            answer = (await reader.readuntil(b"\r\n\r\n")).lower()
            length = int(answer.partition(b"content-length:")[2].split(b"\r\n", 1)[0])
            await reader.readexactly(length)
        except BaseException:
            self._hang_up(writer)
            raise
        if b"connection: close" in answer:
            self._hang_up(writer)
        else:
            self._idle.append((reader, writer))
        return int(answer.split(b" ", 2)[1])

    def close(self) -> None:
        """Hang up everywhere."""
        for _, writer in self._idle:
            self._hang_up(writer)
        self._idle.clear()

    def _kept(self) -> tuple[asyncio.StreamReader, asyncio.StreamWriter] | None:
        """Take a connection that the service has not hung up on in the meantime."""
        while self._idle:
            reader, writer = self._idle.pop()
            if not reader.at_eof():
                return reader, writer
            self._hang_up(writer)
        return None

    async def _dial(self) -> tuple[asyncio.StreamReader, asyncio.StreamWriter]:
        if self._open >= MOST_CONNECTIONS:
            raise ConnectionError("too many connections wait")
        self._open += 1
        return await asyncio.open_connection("127.0.0.1", self._port, limit=1024 * 1024)

    def _hang_up(self, writer: asyncio.StreamWriter) -> None:
        self._open -= 1
        writer.close()


def reading_and_recording() -> Iterator[Request]:
    for number in count(1):
        yield episode_of(number)
        yield READING


async def one(callers: Callers, request: Request, outcome: Outcome) -> None:
    begun = perf_counter()
    try:
        async with asyncio.timeout(PATIENCE_SECONDS):
            status = await callers.send(request)
    except (OSError, asyncio.IncompleteReadError):  # a timeout is an OSError
        outcome.lost += 1
    else:
        outcome.count(request, status, perf_counter() - begun)


async def closed(callers: Callers, waiting: Iterator[Request], pid: int) -> Outcome:
    """Let each caller send one request after the other."""
    outcome, before = Outcome(pid), seconds_of(pid)

    async def call() -> None:
        while not outcome.is_over:
            await one(callers, next(waiting), outcome)

    await asyncio.gather(*(call() for _ in range(CLIENTS)))
    outcome.processor = seconds_of(pid) - before
    return outcome


async def opened(callers: Callers, waiting: Iterator[Request], pid: int, rate: float) -> Outcome:
    """Send at a rate, whatever becomes of what was sent before, and ask for health meanwhile."""
    outcome, before, sent = Outcome(pid), seconds_of(pid), 0
    probing = asyncio.create_task(probe(callers, outcome))
    async with asyncio.TaskGroup() as group:
        while not outcome.is_over:
            while sent < (perf_counter() - outcome.begun) * rate:
                group.create_task(one(callers, next(waiting), outcome))
                sent += 1
            await asyncio.sleep(0.005)
        probing.cancel()
    outcome.processor = seconds_of(pid) - before
    return outcome


async def probe(callers: Callers, outcome: Outcome) -> None:
    while True:
        for path in HEALTH:
            begun = perf_counter()
            if await callers.send(Request("GET", path)) == 200:
                outcome.health[path].append(perf_counter() - begun)
        await asyncio.sleep(PROBE_SECONDS)


def resident_mib(pid: int) -> float:
    """Memory that a process holds now."""
    lines = Path(f"/proc/{pid}/status").read_text().splitlines()
    return next(int(line.split()[1]) for line in lines if line.startswith("VmRSS:")) / 1024


def told(name: str, outcome: Outcome, peak: Outcome) -> dict[str, object]:
    answered = outcome.recorded + outcome.read
    figures: dict[str, object] = {
        "load": name,
        "goodput_vs_peak": round(outcome.goodput / peak.goodput, 2),
        "per_processor_second_vs_peak": round(outcome.per_processor_second / peak.per_processor_second, 2),
        "goodput_per_second": round(outcome.goodput),
        "recorded_share": round(outcome.recorded / max(answered, 1), 2),
        "refused": dict(outcome.refused),
        "lost": outcome.lost,
        "answered_before_or_after": outcome.aside,
        "wait_median_ms": round(1e3 * median(outcome.waits)),
        "wait_p99_ms": round(1e3 * quantiles(outcome.waits, n=100)[98]),
        "memory_mib": round(resident_mib(outcome.pid)),
    }
    for path, waits in outcome.health.items():
        if len(waits) > 1:
            figures[f"{path} median, slowest ms"] = [round(1e3 * median(waits)), round(1e3 * max(waits))]
            figures[f"{path} asked"] = len(waits)
    return figures


async def main() -> None:
    print("Preparing a database with made-up people ...", file=sys.stderr, flush=True)
    async with set_up() as stage:
        for name, waiting in (("reading", repeat(READING)), ("reading and recording", reading_and_recording())):
            callers, pid = Callers(stage), stage.service.pid
            await closed(callers, waiting, pid)
            peak = await closed(callers, waiting, pid)
            say(name, peak, peak)
            for times in TIMES:
                outcome = await opened(callers, waiting, pid, times * peak.goodput)
                say(f"{name}, {times} times", outcome, peak)
            say(f"{name}, afterwards", await closed(callers, waiting, pid), peak)
            callers.close()


def say(name: str, outcome: Outcome, peak: Outcome) -> None:
    print(json.dumps(told(name, outcome, peak)), flush=True)


if __name__ == "__main__":
    asyncio.run(main())
