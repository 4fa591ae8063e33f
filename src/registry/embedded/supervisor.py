"""The life of the embedded server: one owner by a lock, a child that dies with it, restarted when it falls."""

import fcntl
import logging
import os
import signal
import subprocess
import sys
import threading
from pathlib import Path
from types import TracebackType
from typing import IO, Self
from urllib.parse import quote

from registry.embedded.binaries import ENVIRONMENT, Account, EmbeddedPostgresError, packaged, reachable, reason
from registry.embedded.cluster import DATABASE, Cluster

POLL_SECONDS = 0.02
ATTACHED_POLL_SECONDS = 0.2
RETRY_SECONDS = 1.0
STOP_SECONDS = 30.0

log = logging.getLogger(__name__)


def default_data_dir() -> Path:
    """Choose where data go: for root a place that the server's account can enter, for others the working directory."""
    return Path("/var/lib/registry") if os.geteuid() == 0 else Path(".data").absolute()


class EmbeddedPostgres:
    """A PostgreSQL server that lives and dies with this process.

    The process that holds the lock on the data directory owns the server; another one attaches,
    and takes over when the owner dies. The kernel keeps both promises, the lock and the child's
    death, so that no kill leaves anything behind.
    """

    def __init__(self, data_dir: Path) -> None:
        self.data_dir = data_dir.resolve()
        self._cluster = Cluster(self.data_dir)
        self._thread = threading.Thread(target=self._supervise, name="embedded-postgres", daemon=True)
        self._settled = threading.Event()
        self._stopping = threading.Event()
        self._spawning = threading.Lock()
        self._server: subprocess.Popen[bytes] | None = None
        self._failure: EmbeddedPostgresError | None = None

    @property
    def bin_dir(self) -> Path:
        """The directory of pg_dump, pg_restore, psql and pgbench."""
        return packaged()

    def url(self, database: str = DATABASE) -> str:
        """Address a database the way SQLAlchemy wants it; without `+asyncpg` it is asyncpg's and libpq's."""
        return f"postgresql+asyncpg://postgres@/{database}?host={quote(str(self._cluster.socket_dir))}"

    def start(self, timeout: float = 60.0) -> None:
        """Return when the server answers, ours or that of the process that owns the directory."""
        if sys.platform != "linux":
            raise EmbeddedPostgresError("the embedded PostgreSQL needs Linux: set REGISTRY_DATABASE_URL instead")
        self._thread.start()
        if not self._settled.wait(timeout):
            is_owner = self._server is not None
            self.stop()
            raise EmbeddedPostgresError(
                f"PostgreSQL did not answer within {timeout:.0f} s: see {self._cluster.log}"
                if is_owner
                else f"another process holds {self.data_dir} and its PostgreSQL does not answer"
            )
        if self._failure is not None:
            raise self._failure

    def stop(self) -> None:
        """Shut the server down if it is ours; a transaction still open is rolled back."""
        self._stopping.set()
        for signum in (signal.SIGINT, signal.SIGQUIT):
            if not self._thread.is_alive():
                return
            with self._spawning:
                if self._server is not None:
                    self._server.send_signal(signum)
            self._thread.join(STOP_SECONDS)

    def __enter__(self) -> Self:
        self.start()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.stop()

    def _supervise(self) -> None:
        """Own or attach, then serve until told to stop.

        All of it runs in one thread that lives as long as the server: a child's death signal
        follows the thread that started it, not the process.
        """
        try:
            self._cluster.make_data_dir()
            with self._cluster.lock.open("a") as lock:
                while not _take(lock):
                    if self._cluster.answers():
                        self._settled.set()
                    if self._stopping.wait(ATTACHED_POLL_SECONDS):
                        return
                self._serve_until_stopped()
        except EmbeddedPostgresError as error:
            self._failure = error
        except OSError as error:
            self._failure = EmbeddedPostgresError(f"{error.filename or self.data_dir}: {error.strerror}")
        finally:
            self._settled.set()

    def _serve_until_stopped(self) -> None:
        self._cluster.remove_drafts()
        while not self._stopping.is_set():
            try:
                account = Account.choose(self._cluster.path)
                programs = reachable(account)
                self._cluster.make_socket_dir(account)
                if not self._cluster.path.exists():
                    self._cluster.create(programs, account)
                self._serve(programs, account)
            except (EmbeddedPostgresError, OSError):
                if not self._settled.is_set():
                    raise
                log.exception("embedded_postgres.not_restarted")
                self._stopping.wait(RETRY_SECONDS)
        self._cluster.remove_socket_dir()

    def _serve(self, programs: Path, account: Account) -> None:
        """Run the server once, from start to end."""
        self._cluster.forget_reused_pid()
        with self._cluster.log.open("ab") as output, self._spawning:
            if self._stopping.is_set():
                return
            log_start = output.tell()
            server = self._server = subprocess.Popen(
                account.command(
                    programs / "postgres",
                    *("-D", self._cluster.path, "-k", self._cluster.socket_dir, "-h", ""),
                    *("-c", "log_error_verbosity=terse"),  # details hold the values of keys, hence personal data
                    *("-c", "log_parameter_max_length=0", "-c", "log_parameter_max_length_on_error=0"),  # so do these
                ),
                stdin=subprocess.DEVNULL,
                stdout=output,
                stderr=output,
                env=ENVIRONMENT,
                cwd="/",
                start_new_session=True,  # Ctrl-C is ours to hear: we stop the server after its clients
            )
        while server.poll() is None and not self._cluster.answers(server.pid):
            self._stopping.wait(POLL_SECONDS)
        if server.returncode is None:
            self._settled.set()
            server.wait()
            if not self._stopping.is_set():
                log.warning("embedded_postgres.restarting", extra={"returncode": server.returncode})
        elif not self._stopping.is_set():
            with self._cluster.log.open(errors="replace") as lines:
                lines.seek(log_start)
                words = lines.read()
            if not _is_predecessor_alive(words):
                raise EmbeddedPostgresError(f"PostgreSQL did not start: {reason(words)}")
            self._stopping.wait(ATTACHED_POLL_SECONDS)


def _take(lock: IO[str]) -> bool:
    """Take the owner's lock if it is free; the kernel frees it however its holder dies."""
    try:
        fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError:
        return False
    return True


def _is_predecessor_alive(words: str) -> bool:
    """Recognise a killed owner's server that is still shutting down."""
    return 'lock file "postmaster.pid" already exists' in words or "pre-existing shared memory block" in words
