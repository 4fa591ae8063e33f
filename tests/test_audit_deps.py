"""The audit of the pinned packages: it fails on a vulnerability, and never says "none" where nobody was asked."""

import json
import os
import re
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest

ROOT = Path(__file__).parents[1]
SAFE: dict[str, Any] = {"name": "safe", "version": "1.0", "vulns": []}
FAULTY: dict[str, Any] = {"name": "faulty", "version": "1.0", "vulns": [{"id": "CVE-2000-0001"}]}
UNKNOWN: dict[str, Any] = {"name": "unknown", "skip_reason": "Dependency not found"}


def audited(directory: Path, program: str) -> subprocess.CompletedProcess[str]:
    """Run the audit with a program in pip-audit's place."""
    stub = directory / "pip-audit"
    stub.write_text(f'#!/bin/sh\nfor last; do :; done\nreport="${{last#--output=}}"\n{program}\n')
    stub.chmod(0o755)
    environment = {"PATH": f"{directory}:{os.environ['PATH']}"}
    command = [sys.executable, "scripts/audit_deps.py"]
    return subprocess.run(command, env=environment, cwd=ROOT, capture_output=True, text=True, check=False, timeout=60)


def reporting(*packages: dict[str, Any], status: int = 0) -> str:
    return f"cat > \"$report\" <<'END'\n{json.dumps({'dependencies': packages})}\nEND\nexit {status}"


@pytest.mark.parametrize(
    ("program", "status", "said"),
    [
        pytest.param(reporting(SAFE, UNKNOWN), 0, "audited: 1 packages, 0 vulnerabilities", id="none"),
        pytest.param(reporting(SAFE, FAULTY, status=1), 1, "faulty 1.0: CVE-2000-0001", id="one"),
        pytest.param(reporting(UNKNOWN, UNKNOWN), 0, "not audited: .* knows any of the 2 packages", id="nothing known"),
        pytest.param(
            "echo 'requests.exceptions.ProxyError: no way out' >&2; exit 1",
            0,
            "not audited: no database of vulnerabilities answers",
            id="no way to it",
        ),
        pytest.param("echo 'error: no such option' >&2; exit 2", 1, "pip-audit failed: error: no such", id="it broke"),
    ],
)
def test_the_audit_tells(program: str, status: int, said: str, tmp_path: Path) -> None:
    done = audited(tmp_path, program)
    assert done.returncode == status, done.stderr
    assert re.search(said, done.stdout + done.stderr), done
