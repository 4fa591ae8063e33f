"""A small HTTP client over blocking sockets: so little work per request that the service is what is measured."""

import json
import socket
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from itertools import chain
from time import perf_counter
from typing import Any, Self

RECEIVE_BYTES = 65536


@dataclass(frozen=True, slots=True)
class Request:
    """What to send."""

    method: str
    path: str
    body: object = None


@dataclass(frozen=True, slots=True)
class Load:
    """What several clients came to in one round: how long each answer took, and all of them together."""

    seconds: float
    latencies: tuple[float, ...]

    @property
    def rate(self) -> float:
        """Answers per second."""
        return len(self.latencies) / self.seconds

    def percentile(self, share: float) -> float:
        """The latency that this share of the answers kept within."""
        return sorted(self.latencies)[int(share * (len(self.latencies) - 1))]


class Connection:
    """One connection that is kept alive."""

    def __init__(self, port: int, token: str) -> None:
        self._socket = socket.create_connection(("127.0.0.1", port), timeout=30)
        self._socket.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        self._headers = f"Host: 127.0.0.1\r\nAuthorization: Bearer {token}\r\n"

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self._socket.close()

    def send(self, request: Request) -> Any:  # noqa: ANN401 - JSON is anything
        """Send a request and return the answer's body; an answer other than 200 or 201 ends the benchmark."""
        content = b"" if request.body is None else json.dumps(request.body).encode()
        head = f"{request.method} {request.path} HTTP/1.1\r\n{self._headers}"
        if content:
            head += f"Content-Type: application/json\r\nContent-Length: {len(content)}\r\n"
        self._socket.sendall(f"{head}\r\n".encode() + content)
        status, body = self._receive()
        if status not in {200, 201}:
            raise RuntimeError(f"{request.method} {request.path} was answered {status}: {body.decode()}")
        return json.loads(body)

    def _receive(self) -> tuple[int, bytearray]:
        received = b""
        while b"\r\n\r\n" not in received:
            received += self._more()
        head, _, begun = received.partition(b"\r\n\r\n")
        body = bytearray(int(head.lower().partition(b"content-length:")[2].split(b"\r\n", 1)[0]))
        body[: len(begun)] = begun
        missing = memoryview(body)[len(begun) :]
        while missing:
            count = self._socket.recv_into(missing)
            if not count:
                raise ConnectionError("the service closed the connection")
            missing = missing[count:]
        return int(head.split(b" ", 2)[1]), body

    def _more(self) -> bytes:
        received = self._socket.recv(RECEIVE_BYTES)
        if not received:
            raise ConnectionError("the service closed the connection")
        return received


def drive(connections: list[Connection], requests: Iterator[Request], seconds: float) -> Load:
    """Let every connection send one request after the other until the time is over."""
    started = perf_counter()

    def client(connection: Connection) -> list[float]:
        latencies = []
        while (begun := perf_counter()) < started + seconds:
            connection.send(next(requests))
            latencies.append(perf_counter() - begun)
        return latencies

    with ThreadPoolExecutor(len(connections)) as clients:
        latencies = tuple(chain.from_iterable(clients.map(client, connections)))
    return Load(perf_counter() - started, latencies)
