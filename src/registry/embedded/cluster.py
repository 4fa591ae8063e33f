"""What lies in the data directory: the cluster, its socket, its log and the lock of its owner."""

import contextlib
import hashlib
import os
import shutil
import socket
import tempfile
from dataclasses import dataclass
from pathlib import Path

from registry.embedded.binaries import Account, EmbeddedPostgresError

DATABASE = "registry"
SOCKET = ".s.PGSQL.5432"
LONGEST_SOCKET_PATH = 107  # sun_path of unix(7), less its final NUL


@dataclass(frozen=True, slots=True)
class Cluster:
    """One PostgreSQL cluster on disk."""

    data_dir: Path

    @property
    def path(self) -> Path:
        return self.data_dir / "postgres"

    @property
    def lock(self) -> Path:
        return self.data_dir / "lock"

    @property
    def log(self) -> Path:
        return self.data_dir / "postgres.log"

    @property
    def pid_file(self) -> Path:
        return self.path / "postmaster.pid"

    @property
    def socket_dir(self) -> Path:
        """A directory whose path a socket address can hold, and whose name no client takes for a list of hosts."""
        beside = self.data_dir / "socket"
        if len(os.fsencode(beside / SOCKET)) <= LONGEST_SOCKET_PATH and "," not in str(beside):
            return beside
        digest = hashlib.sha256(os.fsencode(self.data_dir)).hexdigest()[:16]
        return Path("/tmp", f"registry-{os.geteuid()}-{digest}")  # noqa: S108 - its owner is checked before use

    def make_data_dir(self) -> None:
        """Create the directory, for root so that the server's account can pass; one that exists stays as it is."""
        if not self.data_dir.exists():
            self.data_dir.mkdir(parents=True, exist_ok=True)
            self.data_dir.chmod(0o711 if os.geteuid() == 0 else 0o700)

    def make_socket_dir(self, account: Account) -> None:
        """Create the directory whose mode is the server's only door: who may enter it needs no password."""
        self.socket_dir.mkdir(mode=0o700, exist_ok=True)
        if self.socket_dir.is_symlink() or self.socket_dir.stat().st_uid not in {os.geteuid(), account.uid}:
            raise EmbeddedPostgresError(f"{self.socket_dir} belongs to another user")
        self.socket_dir.chmod(0o700)
        os.chown(self.socket_dir, account.uid, account.gid)

    def remove_socket_dir(self) -> None:
        """Leave nothing in /tmp; the next owner makes it again."""
        with contextlib.suppress(OSError):
            self.socket_dir.rmdir()

    def remove_drafts(self) -> None:
        """Clear what killed first starts left; the last one's initdb may still be dying, then the next start does."""
        for draft in self.data_dir.glob("draft-*"):
            shutil.rmtree(draft, ignore_errors=True)

    def create(self, programs: Path, account: Account) -> None:
        """Make the cluster and its database as a draft, then rename: a killed start leaves nothing half made."""
        draft = Path(tempfile.mkdtemp(prefix="draft-", dir=self.data_dir))
        os.chown(draft, account.uid, account.gid)
        # The builtin locale sorts and folds the same on every machine, whatever locales it has.
        locale = ("--locale=C", "--locale-provider=builtin", "--builtin-locale=C.UTF-8", "--encoding=UTF8")
        account.run(programs / "initdb", "-D", draft, "-U", "postgres", "--auth=trust", "--no-instructions", *locale)
        account.run(programs / "postgres", "--single", "-D", draft, "postgres", stdin=f"CREATE DATABASE {DATABASE}\n")
        draft.rename(self.path)

    def answers(self, pid: int | None = None) -> bool:
        """Tell whether a server, the one with that pid if given, is ready and listens.

        Line 1 of the pid file is the pid, line 8 the state, as pg_ctl reads them. The file of a
        killed server may still say ready, so the socket has the last word.
        """
        try:
            lines = self.pid_file.read_text().splitlines()
            if len(lines) < 8 or lines[7].strip() != "ready" or (pid is not None and int(lines[0]) != pid):
                return False
            with socket.socket(socket.AF_UNIX) as connection:
                connection.settimeout(1)
                connection.connect(str(self.socket_dir / SOCKET))
        except OSError:
            return False
        return True

    def forget_reused_pid(self) -> None:
        """Remove a pid file whose number has passed to another program, as after a power cut.

        PostgreSQL would take that program for itself and refuse to start for ever. Where the process
        is gone or cannot be looked at, PostgreSQL's own check is right.
        """
        try:
            pid = int(self.pid_file.read_text().split("\n", 1)[0])
            if Path(f"/proc/{pid}/cwd").readlink() != self.path:
                self.pid_file.unlink()
        except (OSError, ValueError):
            return
