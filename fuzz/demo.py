"""A small demo to be fuzzed: a process of its own on a free port, in a directory that goes with it."""

import json
import os
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from registry.domain.access import Role
from registry.settings import Quotas

PEOPLE = 40
STOP_SECONDS = 60


@dataclass(frozen=True, slots=True)
class Demo:
    """A demo that serves."""

    address: str
    tokens: dict[Role, str]
    log: Path

    def faults(self) -> list[str]:
        """What the service has logged as its own fault."""
        return [line for line in self.log.read_text("utf-8").splitlines() if " ERROR " in line or " CRITICAL " in line]


# A fuzzer calls as often as it can: what is fuzzed is the API, the quotas have tests of their own.
_UNLIMITED = {
    "REGISTRY_QUOTAS": json.dumps({name: {"requests": 10_000_000} for name in Quotas.model_fields}),
    "REGISTRY_MAX_PERSONS_PER_HOUR": "1000000",
    "REGISTRY_EMERGENCY_DAILY_CAP": "1000000",
    "REGISTRY_MAX_PERSONS_PER_HOUR_OF_SYSTEMS": "10000000",
}
_REGISTRY = (sys.executable, "-m", "registry")


@contextmanager
def running() -> Iterator[Demo]:
    """Start a demo with a few people, wait until they are there, and take everything away afterwards."""
    with tempfile.TemporaryDirectory(prefix="registry-fuzz-") as name:
        directory = Path(name)
        directory.chmod(0o755)  # root's server runs under an account of its own
        kept = {key: value for key, value in os.environ.items() if not key.startswith("REGISTRY_")}
        environment = {**kept, **_UNLIMITED, "REGISTRY_DATA_DIR": str(directory / "data")}
        log = directory / "demo.log"
        command = [*_REGISTRY, "demo", "--port", "0", "--people", str(PEOPLE)]
        with log.open("w") as errors:
            program = subprocess.Popen(command, env=environment, stdout=subprocess.PIPE, stderr=errors, text=True)
        try:
            yield Demo(*_told(program, log), log)
        finally:
            program.terminate()
            program.wait(timeout=STOP_SECONDS)


def _told(program: subprocess.Popen[str], log: Path) -> tuple[str, dict[Role, str]]:
    """Read what the demo says until it is ready: where it is, and under the name of each role its token."""
    lines: list[str] = []
    for line in program.stdout or ():
        lines.append(line.strip())
        if "Ctrl-C" in line:
            address = next(each.split()[-1] for each in lines if each.startswith("The demo is served on "))
            return address, {role: lines[lines.index(role.value) + 1] for role in Role}
    raise RuntimeError(f"the demo did not start: {log.read_text('utf-8')}")
