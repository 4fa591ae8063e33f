"""`registry demo` as a stranger meets it: a process that serves, says what to try, stops and starts again."""

import re
import shlex
import signal
import socket
import sys
import time
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import httpx
import pytest

from registry.domain.access import Role
from registry.embedded.cluster import Cluster
from tests.cli.commands import PRODUCTION, Commands, Outcome, Process, Programs

pytestmark = pytest.mark.skipif(sys.platform != "linux", reason="the embedded PostgreSQL runs on Linux only")

SECONDS = 60


@dataclass
class Demo:
    """A demo that runs, and all that it has said until it was ready."""

    data_dir: Path
    program: Process
    said: str

    @property
    def settings(self) -> dict[str, str]:
        return {"data_dir": str(self.data_dir)}

    @property
    def address(self) -> str:
        found = re.search(r"http://127\.0\.0\.1:\d+", self.said)
        assert found is not None, self.said
        return found[0]

    def token(self, role: Role) -> str:
        lines = self.said.splitlines()
        return lines[lines.index(role.value) + 1]


@pytest.fixture(scope="module")
def demo(programs: Programs) -> Demo:
    """A demo without the demo province: a place to try what does not need it."""
    return started(programs, "--empty", "--port", "0")


def started(programs: Programs, *options: str) -> Demo:
    program = programs.start("demo", *options)
    assert program.stdout is not None
    lines: list[str] = []
    for line in program.stdout:
        lines.append(line)
        if "Ctrl-C" in line:
            return Demo(programs.data_dir, program, "".join(lines))
    raise AssertionError(program.communicate())


def stop(program: Process, signum: signal.Signals) -> int:
    program.send_signal(signum)
    return program.wait(timeout=SECONDS)


def pasted(line: str) -> httpx.Response:
    """Do what curl would with a line."""
    words = iter(shlex.split(line)[1:])
    address, body, headers = "", None, {}
    for word in words:
        match word:
            case "-s":
                continue
            case "-H":
                name, _, value = next(words).partition(": ")
                headers[name] = value
            case "-d":
                body = next(words)
            case _:
                address = word
    return httpx.request("POST" if body else "GET", address, content=body, headers=headers)


class TestWhileItRuns:
    def test_it_is_ready_and_open(self, demo: Demo) -> None:
        assert httpx.get(f"{demo.address}/health/ready").status_code == 200
        assert httpx.get(f"{demo.address}/docs").status_code == 200
        assert httpx.get(f"{demo.address}/metrics").status_code == 200

    def test_the_three_lines_to_paste_work(self, demo: Demo) -> None:
        lines = [line for line in demo.said.splitlines() if line.startswith("curl ")]
        answers = [pasted(line) for line in lines]
        assert [answer.status_code for answer in answers] == [200, 200, 200], [answer.text for answer in answers]

    def test_a_token_is_ready_for_each_role_of_a_unit(self, demo: Demo) -> None:
        for role in (role for role in Role if not role.acts_for_organisation):
            answer = httpx.get(f"{demo.address}/v1/meta", headers={"Authorization": f"Bearer {demo.token(role)}"})
            assert answer.status_code == 200, role

    def test_another_token_works_at_once(self, demo: Demo, command: Commands) -> None:
        made = command("token", "--role", "commune-officer", "--unit", "22045", "--on", "2020-12-31", **demo.settings)
        assert made.code == 0, made.complaint
        headers = {"Authorization": f"Bearer {made.said.strip()}"}
        assert httpx.get(f"{demo.address}/v1/persons", headers=headers).status_code == 200
        assert httpx.get(f"{demo.address}/v1/grants", headers=headers).json()["code"] == "insufficient_scope"

    def test_it_is_not_removed_meanwhile(self, demo: Demo, command: Commands) -> None:
        refused = command("demo", "reset", "--yes", **demo.settings)
        assert refused == Outcome(1, "", f"registry: a server runs on {demo.data_dir}: stop it first")
        assert httpx.get(f"{demo.address}/health/ready").status_code == 200

    def test_its_port_is_taken(self, demo: Demo, command: Commands) -> None:
        port = demo.address.rpartition(":")[2]
        refused = command("demo", "--port", port, **demo.settings)
        assert refused == Outcome(1, "", f"registry: cannot listen on 127.0.0.1 port {port}: Address already in use")

    def test_no_service_starts_on_its_data(self, demo: Demo, command: Commands) -> None:
        refused = command("serve", "--port", "0", **PRODUCTION, **demo.settings)
        assert refused == Outcome(1, "", "registry: this database holds a demo: start it with `registry demo`")

    def test_its_secrets_are_its_owners(self, demo: Demo) -> None:
        for name in ("demo-secret", "demo-issuer.json"):
            assert (demo.data_dir / name).stat().st_mode & 0o777 == 0o600

    def test_no_service_starts_with_its_secret(self, demo: Demo, command: Commands) -> None:
        secret = {"secret_file": str(demo.data_dir / "demo-secret")}
        refused = command("serve", "--port", "0", **PRODUCTION | secret)
        assert "REGISTRY_SECRET: this is a placeholder or a demo's secret" in refused.complaint


@pytest.fixture
def other(programs: Programs) -> Iterator[Programs]:
    """Programs of another demo, in a place of its own."""
    programs = Programs(programs.data_dir.with_name("other"))
    yield programs
    programs.end()


def test_it_stops_starts_again_with_its_data_and_goes_for_good(other: Programs, command: Commands) -> None:
    first = started(other, "--empty", "--port", "0")
    assert stop(first.program, signal.SIGTERM) == 0
    assert not Cluster(other.data_dir).pid_file.exists()

    second = started(other, "--empty", "--port", "0")
    headers = {"Authorization": f"Bearer {first.token(Role.PROVINCE_MANAGER)}"}
    assert httpx.get(f"{second.address}/v1/persons", headers=headers).status_code == 200
    assert stop(second.program, signal.SIGINT) == 0
    assert not Cluster(other.data_dir).pid_file.exists()

    (other.data_dir / "keepsake").touch()
    gone = command("demo", "reset", "--yes", data_dir=str(other.data_dir))
    assert gone.code == 0, gone.complaint
    assert sorted(path.name for path in other.data_dir.iterdir()) == ["keepsake", "lock"]


def test_it_is_alive_but_not_ready_while_it_posts_the_province(other: Programs) -> None:
    program = other.start("demo", "--port", str(port := free_port()))
    address = f"http://127.0.0.1:{port}"
    progress = posting(address)
    assert progress["text"]
    assert httpx.get(f"{address}/health/live").status_code == 200
    assert stop(program, signal.SIGTERM) == 0


def free_port() -> int:
    with socket.create_server(("127.0.0.1", 0)) as taken:
        return int(taken.getsockname()[1])


def posting(address: str) -> dict[str, str]:
    deadline = time.monotonic() + SECONDS
    while time.monotonic() < deadline:
        try:
            answer = httpx.get(f"{address}/health/ready", timeout=SECONDS)
        except httpx.TransportError:
            time.sleep(0.1)
            continue
        assert answer.status_code == 503
        return dict(answer.json()["progress"])
    raise AssertionError("the demo does not answer")


def test_a_directory_that_cannot_be_written_is_told(command: Commands, tmp_path: Path) -> None:
    (tmp_path / "file").touch()
    refused = command("demo", "--port", "0", data_dir=str(tmp_path / "file" / "data"))
    assert refused == Outcome(1, "", f"registry: {tmp_path}/file/data: Not a directory")
