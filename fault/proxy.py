"""A connection between devices and workers that breaks: also when the work is done and the answer is on its way."""

import asyncio
import random
from collections.abc import Sequence
from contextlib import suppress
from types import TracebackType
from typing import Self

CUT = 0.02
"""How many of the answers are cut off."""

CHUNK = 65536


class Proxy:
    """Passes each connection on to one of the workers."""

    def __init__(self, ports: Sequence[int], chance: random.Random) -> None:
        self._ports = ports
        self._chance = random.Random(chance.random())  # noqa: S311 - a trial that can be repeated
        self._server: asyncio.Server | None = None
        self.cut = 0

    @property
    def port(self) -> int:
        """Where devices connect."""
        if self._server is None:
            raise RuntimeError("the proxy does not listen")
        port: int = self._server.sockets[0].getsockname()[1]
        return port

    async def __aenter__(self) -> Self:
        self._server = await asyncio.start_server(self._relay, "127.0.0.1", 0)
        return self

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        if self._server is not None:
            self._server.close()

    async def _relay(self, device: asyncio.StreamReader, to_device: asyncio.StreamWriter) -> None:
        to_worker: asyncio.StreamWriter | None = None
        try:
            worker, to_worker = await asyncio.open_connection("127.0.0.1", self._chance.choice(self._ports))
            async with asyncio.TaskGroup() as group:
                group.create_task(self._pass_on(device, to_worker, cuts=False))
                group.create_task(self._pass_on(worker, to_device, cuts=True))
        except (OSError, ExceptionGroup):
            pass  # either side is gone: so is the other
        finally:
            for writer in (to_device, to_worker):
                if writer is not None:
                    with suppress(OSError):
                        writer.close()

    async def _pass_on(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter, *, cuts: bool) -> None:
        while data := await reader.read(CHUNK):
            if cuts and self._chance.random() < CUT:
                self.cut += 1
                break
            writer.write(data)
            await writer.drain()
        raise ConnectionResetError
