"""`registry worker` as a process, and what `status` says of it."""

import os
import signal
import subprocess
import sys
import time

import pytest

from registry.worker.jobs import JOBS
from tests.cli.commands import PATIENCE_SECONDS, PRODUCTION, SOURCES, Commands


def test_works_until_it_is_told_to_stop(command: Commands, service_url: str, worker_url: str, audit_key: str) -> None:
    apart = {"database_url": service_url, "worker_database_url": worker_url}
    assert command("worker", "status", **apart).said == ""
    environment = PRODUCTION | apart | {"audit_key": audit_key, "may_forget": "true"}
    with subprocess.Popen(
        [sys.executable, "-m", "registry", "worker"],
        stderr=subprocess.PIPE,
        text=True,
        env={"PATH": os.environ["PATH"], "PYTHONPATH": str(SOURCES)}
        | {f"REGISTRY_{name.upper()}": value for name, value in environment.items()},
    ) as program:
        try:
            deadline = time.monotonic() + PATIENCE_SECONDS
            while (said := command("worker", "status").said).count("  done  ") < len(JOBS):
                assert program.poll() is None, program.communicate()[1]
                assert time.monotonic() < deadline, said
                time.sleep(0.2)
            program.send_signal(signal.SIGTERM)
            log = program.communicate(timeout=PATIENCE_SECONDS)[1]
        finally:
            program.kill()

    assert program.returncode == 0, log
    assert "worker.ends" in log
    lines = said.splitlines()
    assert [line.split()[0] for line in lines] == sorted(job.name for job in JOBS)
    assert all("  done  20" in line and line.endswith("  1 runs  0 failures  on time") for line in lines)


def test_refuses_a_database_that_no_release_has_prepared(command: Commands, server_url: str, audit_key: str) -> None:
    refused = command("worker", database_url=server_url, audit_key=audit_key, **PRODUCTION)
    assert (refused.code, "run `registry db upgrade`" in refused.complaint) == (1, True)


@pytest.mark.parametrize(
    ("key", "sentence"),
    [
        ({}, "set REGISTRY_AUDIT_KEY_FILE or REGISTRY_AUDIT_KEY"),
        ({"audit_key": "no key"}, "REGISTRY_AUDIT_KEY: not a private key in PEM"),
    ],
    ids=["none", "no key"],
)
def test_refuses_to_work_where_nothing_would_be_sealed(
    command: Commands, worker_url: str, key: dict[str, str], sentence: str
) -> None:
    refused = command("worker", database_url=worker_url, **PRODUCTION, **key)
    assert (refused.code, refused.complaint) == (1, f"registry: {sentence}")
