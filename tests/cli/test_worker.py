"""`registry worker` as a process, and what `status` says of it."""

import os
import signal
import subprocess
import sys
import time

from registry.worker.jobs import JOBS
from tests.cli.commands import PATIENCE_SECONDS, PRODUCTION, SOURCES, Commands


def test_works_until_it_is_told_to_stop(command: Commands, service_url: str) -> None:
    assert command("worker", "status", database_url=service_url).said == ""
    environment = PRODUCTION | {"database_url": service_url}
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


def test_refuses_a_database_that_no_release_has_prepared(command: Commands, server_url: str) -> None:
    refused = command("worker", database_url=server_url, **PRODUCTION)
    assert (refused.code, "run `registry db upgrade`" in refused.complaint) == (1, True)
