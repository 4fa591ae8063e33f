"""Services in processes of their own: the one that is measured, and those that lack something for comparison."""

import os
import socket
import subprocess
import sys
import time
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

START_SECONDS = 120


@dataclass(frozen=True, slots=True)
class Service:
    """A service that listens."""

    port: int
    pid: int


@contextmanager
def serving(settings: Mapping[str, str], directory: Path, *without: str) -> Iterator[Service]:
    """Start a service, whole or without a protection (see application.py), and stop it afterwards."""
    port = _free_port()
    log = directory / f"service-{port}.log"
    command = [sys.executable, "-m", "benchmarks.application", str(port), *without]
    with log.open("wb") as output:
        process = subprocess.Popen(command, env={**os.environ, **settings}, stdout=output, stderr=output)
    try:
        _wait_for(port, process, log)
        yield Service(port, process.pid)
    finally:
        process.terminate()
        process.wait()


def _free_port() -> int:
    with socket.create_server(("127.0.0.1", 0)) as listener:
        port: int = listener.getsockname()[1]
        return port


def _wait_for(port: int, process: subprocess.Popen[bytes], log: Path) -> None:
    deadline = time.monotonic() + START_SECONDS
    while time.monotonic() < deadline and process.poll() is None:
        try:
            socket.create_connection(("127.0.0.1", port), timeout=1).close()
        except ConnectionRefusedError:
            time.sleep(0.05)
        else:
            return
    raise RuntimeError(f"the service did not start: {log.read_text()}")
