"""The single POST of an episode beside pgbench, which runs the statements of that POST and nothing else."""

import re
import resource
import subprocess
from collections.abc import Iterator
from contextlib import ExitStack
from dataclasses import dataclass
from itertools import count
from statistics import median
from uuid import uuid4

import asyncpg

from benchmarks.client import Load, Request, drive
from benchmarks.ground import SUBJECT
from benchmarks.population import person_id
from benchmarks.processor import seconds_of
from benchmarks.stage import HERE, Stage
from registry.demo.issuer import ISSUER

CLIENTS = 8
ROUNDS = 5
ROUND_SECONDS = 3


@dataclass(frozen=True, slots=True)
class Round:
    """One round of one side: rate, and processor seconds per operation (PostgreSQL's, and those of the rest)."""

    rate: float
    postgres: float
    other: float


async def compare(stage: Stage) -> dict[str, float]:
    """Run both sides in turn on the same people; figures are medians of the rounds."""
    _load(stage, seconds=1)
    loads, posts, baselines = [], [], []
    for _ in range(ROUNDS):
        await _reset(stage)
        baselines.append(_pgbench(stage))
        await _reset(stage)
        load, post = _post(stage)
        loads.append(load)
        posts.append(post)
    ratios = [post.rate / baseline.rate for post, baseline in zip(posts, baselines, strict=True)]
    cpu_of_post = median(post.postgres + post.other for post in posts)
    cpu_of_baseline = median(baseline.postgres + baseline.other for baseline in baselines)
    return {
        "pgbench_tps": median(baseline.rate for baseline in baselines),
        "pgbench_postgres_cpu_us": 1e6 * median(baseline.postgres for baseline in baselines),
        "single_post_per_second": median(post.rate for post in posts),
        "single_post_p99_ms": 1e3 * median(load.percentile(0.99) for load in loads),
        "single_post_service_cpu_us": 1e6 * median(post.other for post in posts),
        "single_post_postgres_cpu_us": 1e6 * median(post.postgres for post in posts),
        "single_post_cpu_vs_pgbench": cpu_of_baseline / cpu_of_post,
        "single_post_vs_pgbench": median(ratios),
    }


def _post(stage: Stage) -> tuple[Load, Round]:
    postgres, service = seconds_of(stage.postgres_pid), seconds_of(stage.service.pid)
    load = _load(stage, seconds=ROUND_SECONDS)
    done = len(load.latencies)
    postgres, service = seconds_of(stage.postgres_pid) - postgres, seconds_of(stage.service.pid) - service
    return load, Round(load.rate, postgres / done, service / done)


def _load(stage: Stage, *, seconds: float) -> Load:
    with ExitStack() as stack:
        connections = [stack.enter_context(stage.connect()) for _ in range(CLIENTS)]
        return drive(connections, _posts(), seconds)


def _posts() -> Iterator[Request]:
    return map(episode_of, count(1))


def episode_of(n: int) -> Request:
    body = {
        "id": str(uuid4()),
        "modality": "community",
        "legal_basis": "voluntary",
        "registered_on": "2024-03-12",
        "started_on": "2024-03-16",
        "planned_months": 6,
        "therapies": ["intake", "detoxification", "counselling"],
    }
    return Request("POST", f"/v1/persons/{person_id(n)}/episodes", body)


def _pgbench(stage: Stage) -> Round:
    postgres, client = seconds_of(stage.postgres_pid), _children_seconds()
    run = subprocess.run(
        [
            stage.programs / "pgbench",
            *("--no-vacuum", "--protocol=prepared", f"--client={CLIENTS}", "--jobs=1", f"--time={ROUND_SECONDS}"),
            *(
                "--define=n=0",
                f"--define=clients={CLIENTS}",
                f"--define=issuer={ISSUER}",
                f"--define=subject={SUBJECT}",
            ),
            f"--define=units={{{','.join(map(str, stage.units))}}}",
            f"--file={HERE / 'post_episode.sql'}",
            stage.url,
        ],
        check=False,
        capture_output=True,
        text=True,
    )
    if run.returncode:
        raise RuntimeError(f"pgbench failed: {run.stderr}")
    postgres, client = seconds_of(stage.postgres_pid) - postgres, _children_seconds() - client
    done = int(_figure(r"transactions actually processed: (\d+)", run.stdout))
    return Round(_figure(r"tps = ([\d.]+)", run.stdout), postgres / done, client / done)


def _figure(pattern: str, output: str) -> float:
    found = re.search(pattern, output)
    if found is None:
        raise RuntimeError(f"pgbench said something else: {output}")
    return float(found[1])


def _children_seconds() -> float:
    used = resource.getrusage(resource.RUSAGE_CHILDREN)
    return used.ru_utime + used.ru_stime


async def _reset(stage: Stage) -> None:
    """Take away what the last round wrote, so that every round meets the same people."""
    connection = await asyncpg.connect(stage.url)
    await connection.execute(
        "DELETE FROM episode WHERE registered_on > '2024-01-01'; TRUNCATE audit_event, change_feed"
    )
    await connection.execute("VACUUM ANALYZE episode, person")
    await connection.execute("CHECKPOINT")
    await connection.close()
