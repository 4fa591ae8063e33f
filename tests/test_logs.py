"""The second net: whatever is handed to the logs, nothing about a person comes out."""

import asyncio
import io
import json
import logging
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import date
from typing import Any, Literal
from uuid import UUID

import pytest
from pydantic import BaseModel
from sqlalchemy.exc import IntegrityError

from registry import logs

NAME = "Nguyễn Thị Canary"
NUMBER = "054190012345"
PHONE = "0912 345 678"
CANARIES = ("Canary", NUMBER, PHONE)
EPISODE = UUID("3f0f6c1e-8f0b-4c3a-9d53-123456789012")

log = logging.getLogger("registry.test_logs")


class Body(BaseModel):
    remark: str


@dataclass
class Row:
    remark: str


@contextmanager
def configured(form: Literal["json", "console"]) -> Iterator[io.StringIO]:
    root = logging.getLogger()
    handlers, level = root.handlers[:], root.level
    stream = io.StringIO()
    logs.configure(form, stream=stream)
    yield stream
    logging.captureWarnings(capture=False)
    root.handlers[:] = handlers
    root.setLevel(level)


@pytest.fixture(params=["json", "console"])
def output(request: pytest.FixtureRequest) -> Iterator[io.StringIO]:
    with configured(request.param) as stream:
        yield stream


@pytest.fixture
def lines() -> Iterator[io.StringIO]:
    with configured("json") as stream:
        yield stream


def said(stream: io.StringIO) -> list[dict[str, Any]]:
    return [json.loads(line) for line in stream.getvalue().splitlines()]


def assert_no_canary(stream: io.StringIO) -> None:
    assert stream.getvalue(), "nothing was logged, so nothing was tested"
    assert [canary for canary in CANARIES if canary in stream.getvalue()] == []


@pytest.mark.parametrize(
    "extra",
    [
        {"full_name": NAME},
        {"Full_Name": NAME},
        {"person": {"id": 1, "name": NAME}},
        {"changes": {"documents": [{"number": NUMBER}]}},
        {"changes": [{"old_name": NAME}, {"contact_number": PHONE}]},
        {"said": f"number {NUMBER}, phone {PHONE}"},
        {"found": Body(remark=NAME)},
        {"found": Row(remark=NAME)},
        {"found": [Row(remark=NAME)]},
        {"deep": {"a": {"b": {"c": {"d": {"e": NAME}}}}}},
        {"url": f"/v1/persons?name={NAME}"},
        {"parameters": (NAME, NUMBER)},
        {"first": f"ok\n{NAME}"},
    ],
    ids=",".join,
)
def test_attributes(extra: dict[str, Any], output: io.StringIO) -> None:
    log.info("person.posted", extra=extra)
    assert_no_canary(output)


@pytest.mark.parametrize("form", [logs.JsonLines(), logs.ConsoleLines()], ids=["json", "console"])
@pytest.mark.parametrize("end", ["\n", "\r", "\r\n", "\v", "\f", "\x1b[2K", "\x85", "\u2028", "\u2029"], ids=ascii)
def test_one_event_is_one_line(form: logging.Formatter, end: str) -> None:
    given = {"subject": f"an officer{end}forged", "msg": f"audit.failed{end}forged"}

    line = form.format(logging.makeLogRecord(given))

    assert len(line.splitlines()) == 1
    assert "\x1b" not in line


def test_numbers_in_a_message(output: io.StringIO) -> None:
    log.warning("no person with %s or %s", NUMBER, PHONE)
    assert_no_canary(output)
    assert "[number]" in output.getvalue()


def test_the_text_of_exceptions_and_of_what_caused_them(output: io.StringIO) -> None:
    cause = ValueError(f"Key (name)=({NAME}) already exists.")
    fault = IntegrityError("INSERT INTO person", {"name": NAME}, cause)
    fault.add_note(NAME)
    try:
        try:
            raise cause
        except ValueError as error:
            raise fault from error
    except IntegrityError:
        log.exception("request.failed")

    assert_no_canary(output)
    assert "sqlalchemy.exc.IntegrityError" in output.getvalue()
    assert "builtins.ValueError" in output.getvalue()
    assert "test_the_text_of_exceptions_and_of_what_caused_them" in output.getvalue()


def test_the_text_of_exceptions_in_a_group(output: io.StringIO) -> None:
    log.error("tasks.failed", exc_info=ExceptionGroup(NAME, [ValueError(NAME), KeyError(NUMBER)]))
    assert_no_canary(output)
    assert "builtins.KeyError" in output.getvalue()


def test_the_servers_own_error_log(output: io.StringIO) -> None:
    logging.getLogger("uvicorn.error").error("Exception in ASGI application\n", exc_info=RuntimeError(NAME))
    assert_no_canary(output)
    assert "builtins.RuntimeError" in output.getvalue()


def test_a_task_that_nobody_awaited(output: io.StringIO) -> None:
    loop = asyncio.new_event_loop()
    loop.call_exception_handler({"message": "Task exception was never retrieved", "task": Row(NAME), "future": NAME})
    loop.close()
    assert_no_canary(output)
    assert "never retrieved" in output.getvalue()


@pytest.mark.parametrize("name", ["sqlalchemy.engine.Engine", "asyncpg", "httpx", "uvicorn.access"])
def test_libraries_that_would_log_statements_or_addresses(name: str, lines: io.StringIO) -> None:
    talkative = logging.getLogger(name)
    level = talkative.level
    talkative.setLevel(logging.DEBUG)
    talkative.info("%s", NAME)
    talkative.setLevel(level)
    assert lines.getvalue() == ""


def test_what_is_nobodys_is_kept(lines: io.StringIO) -> None:
    token = logs.request_id.set("3f0f6c1e-8f0b-4c3a-9d53-6a1f4f1f2b7e")
    log.info(
        "episode.closed",
        extra={
            "episode_id": EPISODE,
            "closed_on": date(2026, 1, 31),
            "version": 3,
            "ratio": float("nan"),
            "unit": "54",
        },
    )
    logs.request_id.reset(token)

    (line,) = said(lines)
    assert line.pop("at").endswith("+00:00")
    assert line == {
        "level": "info",
        "logger": "registry.test_logs",
        "event": "episode.closed",
        "request_id": "3f0f6c1e-8f0b-4c3a-9d53-6a1f4f1f2b7e",
        "episode_id": str(EPISODE),
        "closed_on": "2026-01-31",
        "version": 3,
        "ratio": "nan",
        "unit": "54",
    }


def test_facts_that_operators_need_survive_an_exception(lines: io.StringIO) -> None:
    log.error("database.unreachable", exc_info=ConnectionRefusedError(111, "Connection refused"))

    (line,) = said(lines)
    (told,) = line["exception"]
    assert told == {"type": "builtins.ConnectionRefusedError", "frames": [], "strerror": "Connection refused"}
