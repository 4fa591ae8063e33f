"""Addresses and header fields that are not fit to be looked at."""

import httpx
import pytest
from starlette.types import Message, Scope

from registry.api.limits import MAX_HEADER_BYTES, MAX_TARGET_BYTES
from tests.api.edge import build, client_of


async def get(raw: bytes, headers: dict[str, str] | None = None) -> httpx.Response:
    """Ask for an address byte by byte, as only an odd client would write it."""
    async with client_of(build()) as client:
        url = httpx.URL("http://testserver").copy_with(raw_path=raw)
        return await client.get(url, headers=headers)


@pytest.mark.parametrize(
    "target",
    [
        b"/visits?text=%00",
        b"/visits?text=a%00b",
        b"/visits?%00=a",
        b"/visits?text=%ff",
        b"/visits?text=%ed%a0%80",
        b"/visits?text=%c3",
        b"/visits?text=%0d%0aX:1",
        b"/visits?text=%zz",
        b"/visits?text=%",
        b"/visits/%00",
        b"/visits/%ff",
        b"/vi%0asits",
        b"/visits%7f",
    ],
)
async def test_an_address_that_is_not_text_is_refused(target: bytes) -> None:
    answer = await get(target)

    assert (answer.status_code, answer.json()["code"]) == (400, "malformed_url")


async def test_vietnamese_in_a_query_is_read() -> None:
    answer = await get(b"/visits?text=%C4%90%E1%BA%B7ng+Th%e1%bb%8b+%C6%AFu%20")

    assert answer.json() == {"value": [50, "Đặng Thị Ưu "]}


async def test_an_address_without_end_is_refused() -> None:
    answer = await get(b"/visits?text=" + b"a" * MAX_TARGET_BYTES)

    assert (answer.status_code, answer.json()["code"]) == (414, "url_too_long")


async def test_header_fields_without_end_are_refused() -> None:
    answer = await get(b"/visits", headers={"X-Long": "a" * MAX_HEADER_BYTES})

    assert (answer.status_code, answer.json()["code"]) == (431, "headers_too_large")


async def test_a_server_that_gives_no_raw_path_is_served() -> None:
    app = build()
    statuses: list[int] = []

    async def receive() -> Message:
        return {"type": "http.request"}

    async def send(message: Message) -> None:
        if message["type"] == "http.response.start":
            statuses.append(message["status"])

    for path in ("/visits", "/vi\nsits"):
        scope: Scope = {
            "type": "http", "method": "GET", "path": path, "query_string": b"", "headers": [], "root_path": "",
            "scheme": "http", "server": ("testserver", 80), "http_version": "1.1",
        }  # fmt: skip
        await app(scope, receive, send)

    assert statuses == [200, 400]
