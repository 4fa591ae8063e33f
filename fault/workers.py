"""Processes of the service, started again when they die, as a supervisor does in production."""

import asyncio
import os
import signal
import socket
import subprocess
import sys
from collections.abc import Mapping
from pathlib import Path
from types import TracebackType
from typing import Self

POLL_SECONDS = 0.2


class Workers:
    """Several processes of one service, each on its port."""

    def __init__(self, settings: Mapping[str, str], directory: Path, how_many: int) -> None:
        self._environment = {**os.environ, **settings}
        self._log = directory / "workers.log"
        self.ports = [_free_port() for _ in range(how_many)]
        self._processes: dict[int, subprocess.Popen[bytes]] = {}

    def __enter__(self) -> Self:
        for port in self.ports:
            self._start(port)
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        for process in self._processes.values():
            process.terminate()
        for process in self._processes.values():
            process.wait()

    async def ready(self) -> None:
        """Return when every process listens."""
        for port in self.ports:
            while True:
                try:
                    _, writer = await asyncio.open_connection("127.0.0.1", port)
                except OSError:
                    await asyncio.sleep(POLL_SECONDS)
                else:
                    writer.close()
                    break

    def kill(self, port: int) -> None:
        """Kill a process so that it can do nothing about it."""
        self._processes[port].send_signal(signal.SIGKILL)

    async def revive(self) -> None:
        """Start again whatever has died, for ever."""
        while True:
            for port, process in self._processes.items():
                if process.poll() is not None:
                    self._start(port)
            await asyncio.sleep(POLL_SECONDS)

    def _start(self, port: int) -> None:
        command = [sys.executable, "-m", "benchmarks.application", str(port)]
        with self._log.open("ab") as output:
            self._processes[port] = subprocess.Popen(command, env=self._environment, stdout=output, stderr=output)


def _free_port() -> int:
    with socket.create_server(("127.0.0.1", 0)) as listener:
        port: int = listener.getsockname()[1]
        return port
