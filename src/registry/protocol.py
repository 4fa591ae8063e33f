"""HTTP as it arrives: bounds on what uvicorn's protocol leaves open, and problems for what it cannot read."""

import asyncio
from http import HTTPStatus
from typing import Any
from uuid import uuid4

from uvicorn.protocols.http.httptools_impl import HttpToolsProtocol

from registry.api import security_headers
from registry.api.errors import rendered
from registry.api.language import Language
from registry.api.limits import MAX_HEADER_BYTES, HeadersTooLarge
from registry.api.refusals import MalformedRequest, RequestTooSlow
from registry.domain.errors import DomainError

HEAD_SECONDS = 10.0
"""How long the request line and the header fields of one request may take to arrive."""


class BoundedProtocol(HttpToolsProtocol):
    """Bound time and size of the head of each request; answer what is no HTTP as everything else is answered.

    The parser itself has no limit: it would keep header fields without end, and a connection that never
    sends a whole head would be kept open for ever.
    """

    def __init__(self, *, public_url: str, head_seconds: float = HEAD_SECONDS, **uvicorn: Any) -> None:  # noqa: ANN401 - uvicorn's own
        super().__init__(**uvicorn)
        self._public_url = public_url
        self._head_seconds = head_seconds
        self._patience: asyncio.TimerHandle | None = None
        self._is_in_head = False
        self._head_bytes = 0

    def connection_made(self, transport: asyncio.Transport) -> None:  # type: ignore[override]  # as in uvicorn
        super().connection_made(transport)
        self._await_head()

    def connection_lost(self, exc: Exception | None) -> None:
        self._stop_waiting()
        super().connection_lost(exc)

    def data_received(self, data: bytes) -> None:
        if self._is_idle:
            self._await_head()
        was_in_head = self._is_in_head
        super().data_received(data)
        if was_in_head and self._is_in_head:
            self._head_bytes += len(data)
            if self._head_bytes > MAX_HEADER_BYTES:
                self._refuse(HeadersTooLarge(max_bytes=MAX_HEADER_BYTES))

    def on_message_begin(self) -> None:
        super().on_message_begin()
        self._is_in_head, self._head_bytes = True, 0

    def on_header(self, name: bytes, value: bytes) -> None:
        if self._is_in_head:  # a trailer after the body is nobody's header
            super().on_header(name, value)

    def on_headers_complete(self) -> None:
        self._is_in_head = False
        self._stop_waiting()
        super().on_headers_complete()

    def send_400_response(self, msg: str) -> None:  # noqa: ARG002 - the parser's words stay here
        self._refuse(MalformedRequest())

    @property
    def _is_idle(self) -> bool:
        """Whether no request is being answered."""
        cycle: Any = self.cycle  # None until the first one
        return cycle is None or cycle.response_complete

    def _await_head(self) -> None:
        if self._patience is None:
            self._patience = self.loop.call_later(self._head_seconds, self._lose_patience)

    def _stop_waiting(self) -> None:
        if self._patience is not None:
            self._patience.cancel()
            self._patience = None

    def _lose_patience(self) -> None:
        self._patience = None
        if self._is_in_head:
            self._refuse(RequestTooSlow())
        else:
            self.transport.close()

    def _refuse(self, refusal: DomainError) -> None:
        """Answer and close; nothing can be said while an answer to an earlier request is on its way."""
        self._is_in_head = False
        if not self.transport.is_closing() and self._is_idle:
            answer = rendered(refusal, public_url=self._public_url, spoken=Language.VI, occurrence=str(uuid4()))
            answer.headers.update(security_headers.DEFAULTS)
            answer.headers["Connection"] = "close"
            head = b"".join(b"%s: %s\r\n" % field for field in answer.raw_headers)
            phrase = HTTPStatus(answer.status_code).phrase.encode()
            self.transport.write(b"HTTP/1.1 %d %s\r\n%s\r\n%s" % (answer.status_code, phrase, head, answer.body))
        self.transport.close()
