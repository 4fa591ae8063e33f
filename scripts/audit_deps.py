"""Look up every pinned package in a database of known vulnerabilities: `make audit-deps`.

A known vulnerability fails. Where no such database answers, the step says so and passes: pip-audit itself says
"none found" there, which would be untrue.
"""

import json
import subprocess
import sys
import tempfile
from pathlib import Path

REQUIREMENTS = "requirements.txt"
UNREACHED = ("requests.exceptions.", "pip_audit._service.interface.ConnectionError", "Could not connect to")
COMMAND = ("pip-audit", "--requirement", REQUIREMENTS, "--disable-pip", "--require-hashes", "--progress-spinner=off")


def main() -> str | None:
    """Ask, and give the reason to fail with, if there is one."""
    with tempfile.TemporaryDirectory() as name:
        report = Path(name, "report.json")
        asked = subprocess.run(
            [*COMMAND, "--format=json", f"--output={report}"], capture_output=True, text=True, check=False
        )
        if not report.exists():
            last = asked.stderr.strip().rpartition("\n")[2]
            if any(word in asked.stderr for word in UNREACHED):
                print(f"not audited: no database of vulnerabilities answers ({last.partition(':')[0]})")
                return None
            return f"pip-audit failed: {last}"
        packages = json.loads(report.read_text("utf-8"))["dependencies"]
    known = [package for package in packages if "skip_reason" not in package]
    if not known:
        print(f"not audited: no database of vulnerabilities knows any of the {len(packages)} packages")
        return None
    unknown = [package["name"] for package in packages if "skip_reason" in package]
    if unknown:
        print(f"not in the database: {', '.join(unknown)}")
    found = [
        f"{package['name']} {package['version']}: {fault['id']}" for package in known for fault in package["vulns"]
    ]
    print(f"audited: {len(known)} packages, {len(found)} vulnerabilities")
    return "\n".join(found) or None


if __name__ == "__main__":
    sys.exit(main())
