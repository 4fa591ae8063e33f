"""One campaign: a process of Schemathesis against the demo with the token of one role, and what came of it."""

import json
import os
import subprocess
import sys
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from fuzz.demo import Demo
from registry.domain.access import Role

SPECIFICATION = Path("openapi", "registry.json")
REPORTS = Path("schemathesis-report")
_ENVIRONMENT = {
    "PYTHONIOENCODING": "utf-8",
    "SCHEMATHESIS_HOOKS": "fuzz.hooks",
    "NO_PROXY": "127.0.0.1",  # its client would look through the environment for a proxy before every call
}


@dataclass(frozen=True, slots=True)
class Plan:
    """How much is tried."""

    role: Role
    phases: tuple[str, ...]
    examples: int
    paths: str
    """An expression that the paths of the operations hold; of all where it is empty."""

    @property
    def name(self) -> str:
        return f"{self.role.value}-{'-'.join(self.phases)}"


@dataclass(frozen=True, slots=True)
class Outcome:
    """What a campaign came to."""

    plan: Plan
    cases: int
    operations: int
    seconds: float
    faults: tuple[str, ...]

    def __str__(self) -> str:
        counted = f"{self.cases:6d} cases, {self.operations} operations, {self.seconds:4.0f} s"
        return f"{self.plan.name} {counted}: {len(self.faults)} failures"


def run(demo: Demo, plan: Plan) -> Outcome:
    """Run all checks; whatever is not documented, not kept to, or answered without its token is a fault."""
    report = REPORTS / f"{plan.name}.json"
    report.parent.mkdir(exist_ok=True)
    report.unlink(missing_ok=True)
    command = [
        str(Path(sys.executable).with_name("schemathesis")),
        *("--config-file", "schemathesis.toml", "run", str(SPECIFICATION), "--url", demo.address),
        *("--header", f"Authorization: Bearer {demo.tokens[plan.role]}", "--checks", "all"),
        *("--phases", ",".join(plan.phases), "--max-examples", str(plan.examples)),
        *(("--include-path-regex", plan.paths) if plan.paths else ()),
        *("--report", "json", "--report-json-path", str(report)),
    ]
    with report.with_suffix(".log").open("w") as log:
        done = subprocess.run(command, stdout=log, stderr=log, check=False, env={**os.environ, **_ENVIRONMENT})
    told = json.loads(report.read_text("utf-8")) if report.exists() else {}
    if not told.get("operations"):
        raise RuntimeError(f"Schemathesis left {done.returncode}: {log.name}")
    faults = [*_faults(told), *([] if told["complete"] else [f"the campaign did not end: {told['stop_reason']}"])]
    if done.returncode and not faults:
        faults.append(f"Schemathesis left {done.returncode}")
    return Outcome(
        plan, told["test_cases"]["generated"], told["operations"]["tested"], told["running_time"], (*faults,)
    )


def _faults(told: dict[str, Any]) -> list[str]:
    return [json.dumps(fault, ensure_ascii=False)[:2000] for fault in (*told["failures"], *told["errors"])]
