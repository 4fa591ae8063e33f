"""The API page: its headers, its files, and a real browser that may reach nothing but this server."""

import contextlib
import re
import shutil
import socket
import subprocess
import threading
import time
from collections.abc import AsyncIterator, Iterator
from pathlib import Path

import pytest
import uvicorn
from fastapi import FastAPI
from httpx import ASGITransport, AsyncClient

from registry.api import docs_page, errors
from registry.api.readiness import Readiness
from registry.api.routers import front, health
from registry.api.security_headers import SecurityHeaders

CHROMIUM = shutil.which("chromium")
FLAGS = (
    "--headless",
    "--no-sandbox",
    "--disable-gpu",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
    "--enable-logging=stderr",
    "--host-resolver-rules=MAP * ~NOTFOUND, EXCLUDE 127.0.0.1",
    "--virtual-time-budget=20000",
)


@pytest.fixture
def app() -> FastAPI:
    app = FastAPI(docs_url=None, redoc_url=None, openapi_url=None)
    app.state.readiness = Readiness()
    app.include_router(front.router)
    app.include_router(health.router)
    docs_page.install(app)
    errors.install(app, public_url="http://registry.test", max_body_bytes=1024, constraints={})
    app.add_middleware(SecurityHeaders)
    return app


@pytest.fixture
async def client(app: FastAPI) -> AsyncIterator[AsyncClient]:
    async with AsyncClient(transport=ASGITransport(app), base_url="http://registry.test") as client:
        yield client


async def test_the_page_has_a_policy_of_its_own_and_no_inline_script(client: AsyncClient) -> None:
    page = await client.get("/docs")

    assert page.headers["content-type"] == "text/html; charset=utf-8"
    assert page.headers["content-security-policy"] == docs_page.CONTENT_SECURITY_POLICY
    assert "script-src 'self';" in docs_page.CONTENT_SECURITY_POLICY
    assert all("src=" in tag for tag in re.findall(r"<script[^>]*>", page.text))
    assert "http" not in re.sub(r'charset="utf-8"', "", page.text)


async def test_everything_the_page_names_is_served_with_its_type(client: AsyncClient) -> None:
    page = (await client.get("/docs")).text
    named = re.findall(r'(?:src|href)="(?!data:)([^"]+)"', page)
    served = {address: (await client.get(f"/{address}")) for address in named}

    assert {address.rsplit("/", 1)[-1]: answer.headers["content-type"] for address, answer in served.items()} == {
        "swagger-ui.css": "text/css; charset=utf-8",
        "docs.css": "text/css; charset=utf-8",
        "openapi.json": "application/json",
        "swagger-ui-bundle.js": "text/javascript; charset=utf-8",
        "docs-init.js": "text/javascript; charset=utf-8",
    }


async def test_the_vendored_files_may_be_kept_and_ours_are_asked_for_again(client: AsyncClient) -> None:
    vendored = await client.get(f"{docs_page.ASSETS}/swagger-ui.css")
    ours = await client.get(f"{docs_page.ASSETS}/docs-init.js")

    assert vendored.headers["cache-control"] == "public, max-age=31536000, immutable"
    assert ours.headers["cache-control"] == "no-cache"


async def test_the_specification_is_sent_again_only_when_it_changed(client: AsyncClient) -> None:
    first = await client.get("/openapi.json")
    again = await client.get("/openapi.json", headers={"If-None-Match": first.headers["etag"]})

    assert first.json()["openapi"] == "3.1.0"
    assert (again.status_code, again.content) == (304, b"")


@pytest.mark.parametrize("path", ["LICENSE", "../openapi.py", "..%2fopenapi.py", "%2e%2e/manual.md", "absent.js"])
async def test_no_other_file_is_served(path: str, client: AsyncClient) -> None:
    assert (await client.get(f"{docs_page.ASSETS}/{path}")).status_code == 404


@contextlib.contextmanager
def served(app: FastAPI) -> Iterator[str]:
    """Serve on a free port of the loopback, from a thread."""
    listener = socket.create_server(("127.0.0.1", 0))
    server = uvicorn.Server(uvicorn.Config(app, log_config=None, access_log=False, server_header=False))
    thread = threading.Thread(target=server.run, kwargs={"sockets": [listener]}, daemon=True)
    thread.start()
    deadline = time.monotonic() + 10
    while not server.started and time.monotonic() < deadline:
        time.sleep(0.02)
    try:
        yield f"http://127.0.0.1:{listener.getsockname()[1]}"
    finally:
        server.should_exit = True
        thread.join(timeout=10)
        listener.close()


def browse(address: str, profile: Path, *flags: str) -> subprocess.CompletedProcess[str]:
    assert CHROMIUM is not None
    return subprocess.run(
        [CHROMIUM, *FLAGS, f"--user-data-dir={profile}", *flags, "--dump-dom", address],
        capture_output=True,
        text=True,
        timeout=90,
        check=True,
    )


@pytest.mark.skipif(CHROMIUM is None, reason="needs Chromium (Debian: apt-get install chromium)")
class TestInABrowser:
    def test_the_operations_are_shown_and_nothing_outside_is_asked(self, app: FastAPI, tmp_path: Path) -> None:
        with served(app) as address:
            seen = browse(f"{address}/docs", tmp_path)

        assert 'id="operations-Service-' in seen.stdout
        assert "/health/ready" in seen.stdout
        assert "Authorize" in seen.stdout
        console = [line for line in seen.stderr.splitlines() if "CONSOLE" in line]
        assert console == []

    def test_the_front_page_keeps_its_style(self, app: FastAPI, tmp_path: Path) -> None:
        with served(app) as address:
            seen = browse(f"{address}/", tmp_path)

        assert "<h1>" in seen.stdout
        assert [line for line in seen.stderr.splitlines() if "CONSOLE" in line] == []

    def test_the_check_sees_a_request_to_the_outside(
        self, app: FastAPI, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        leak = '<img src="https://outside.invalid/logo.png"></body>'
        monkeypatch.setattr(docs_page, "PAGE", docs_page.PAGE.replace("</body>", leak))

        with served(app) as address:
            seen = browse(f"{address}/docs", tmp_path)

        assert "Content Security Policy" in seen.stderr
