"""Structured logs on the standard library's `logging`: static events, ids as attributes, no personal data.

Code logs an event and its ids (`log.info("episode.discharged", extra={"episode_id": ...})`). What is
here is the second net under that rule: values under personal keys, runs of digits as long as an
identity or telephone number, objects of unknown type and the text of exceptions never come out.
"""

import json
import logging
import math
import re
import sys
import traceback
from collections.abc import Iterator, Mapping
from contextvars import ContextVar
from datetime import UTC, date, datetime, time, timedelta
from enum import Enum
from typing import Any, Literal, TextIO
from uuid import UUID

request_id: ContextVar[str | None] = ContextVar("request_id", default=None)
"""Id of the request being answered; every line logged meanwhile carries it."""

REDACTED = "[redacted]"
PERSONAL_KEYS = frozenset(
    {
        "address", "aliases", "args", "authorization", "birth_date", "birth_year", "body", "content", "cookie",
        "dbname", "detail", "documents", "email", "ethnicity", "headers", "identity", "input", "name", "note", "notes",
        "number", "occupation", "params", "parameters", "password", "path", "payload", "person", "phone", "query",
        "reason_text", "row", "secret", "statement", "text", "token", "url", "value", "values",
    }
)  # fmt: skip
PERSONAL_SUFFIXES = (
    "_name", "_names", "_number", "_numbers", "_note", "_notes", "_address", "_token", "_secret",
    "_password", "_key", "_keys", "_url",
)  # fmt: skip

# Nine to twelve digits standing alone: old and new identity numbers, telephone numbers. Not the groups of a UUID.
_LONG_NUMBER = re.compile(r"(?<![\w-])\+?\d(?:[ .]?\d){8,11}(?![\w-])")
# What a terminal or a reader of lines would take for an order or for the end of a line.
_CONTROL = re.compile(r"[\x00-\x1f\x7f-\x9f\u2028\u2029]")
_LONGEST_TEXT = 300
_DEEPEST = 4
_FRAMES = 20
_CHAIN = 5
_STANDARD = frozenset(vars(logging.makeLogRecord({}))) | {"message", "asctime", "color_message", "taskName"}

# These speak of statements, parameters or full addresses when asked to say more than warnings.
_TALKATIVE = ("sqlalchemy", "asyncpg", "httpx", "httpcore", "asyncio")


def configure(form: Literal["json", "console"], *, level: int = logging.INFO, stream: TextIO | None = None) -> None:
    """Send every log line of the process through the net, as JSON lines or in a form to read on a terminal.

    The server's own error log is included; its access log, which holds raw addresses, is off.
    """
    handler = logging.StreamHandler(stream or sys.stderr)
    handler.setFormatter(JsonLines() if form == "json" else ConsoleLines())
    handler.addFilter(_is_fit)
    logging.basicConfig(handlers=[handler], level=level, force=True)
    logging.captureWarnings(capture=True)
    for name in ("uvicorn", "uvicorn.error", "uvicorn.asgi"):
        server = logging.getLogger(name)
        server.handlers.clear()
        server.propagate = True
    access = logging.getLogger("uvicorn.access")
    access.handlers.clear()
    access.propagate = False


def _is_fit(record: logging.LogRecord) -> bool:
    """Hold on the handler, where no `echo=True` or `setLevel` elsewhere can open it."""
    return record.levelno >= logging.WARNING or record.name.split(".")[0] not in _TALKATIVE


def attributes(record: logging.LogRecord) -> dict[str, Any]:
    """Return what a line says, fit to be kept: the one place where a record becomes data."""
    given = {key: value for key, value in vars(record).items() if key not in _STANDARD}
    line: dict[str, Any] = {
        "at": datetime.fromtimestamp(record.created, UTC).isoformat(timespec="milliseconds"),
        "level": record.levelname.lower(),
        "logger": record.name,
        "event": _text(record.getMessage()),
        "request_id": request_id.get(),
        **redact(given),
    }
    if record.exc_info and record.exc_info[1]:
        line["exception"] = [_describe(error) for error in _chain(record.exc_info[1])]
    return line


def redact(given: Mapping[Any, Any], *, depth: int = 0) -> dict[str, Any]:
    """Return a copy without the values that stand under a personal key."""
    return {
        str(key): REDACTED if _is_personal(str(key)) else _plain(value, depth=depth + 1) for key, value in given.items()
    }


def _is_personal(key: str) -> bool:
    lowered = key.lower()
    return lowered in PERSONAL_KEYS or lowered.endswith(PERSONAL_SUFFIXES)


def _plain(value: object, *, depth: int) -> Any:  # noqa: ANN401, PLR0911 - a JSON value; one return per kind
    match value:
        case None | bool() | int():
            return value
        case float():
            return value if math.isfinite(value) else str(value)
        case Enum():
            return _plain(value.value, depth=depth)
        case str():
            return _text(value)
        case UUID() | date() | time():
            return str(value)
        case timedelta():
            return value.total_seconds()
        case Mapping() if depth < _DEEPEST:
            return redact(value, depth=depth)
        case list() | tuple() | set() | frozenset() if depth < _DEEPEST:
            return [_plain(item, depth=depth + 1) for item in value]
        case _:
            # A row or a body would print its fields.
            return f"<{type(value).__name__}>"


def _text(text: str) -> str:
    """Keep the first line: libraries put the representation of objects and errors on those below."""
    first = text.split("\n", 1)[0][:_LONGEST_TEXT]
    return _LONG_NUMBER.sub("[number]", _CONTROL.sub("\N{REPLACEMENT CHARACTER}", first))


def _chain(error: BaseException) -> Iterator[BaseException]:
    """Yield the error and what led to it, at most a handful."""
    waiting = [error]
    for _ in range(_CHAIN):
        if not waiting:
            return
        current = waiting.pop(0)
        yield current
        if isinstance(current, BaseExceptionGroup):
            waiting.extend(current.exceptions)
        if current.__cause__ is not None:
            waiting.append(current.__cause__)
        elif current.__context__ is not None and not current.__suppress_context__:
            waiting.append(current.__context__)


def _describe(error: BaseException) -> dict[str, Any]:
    """Say what went wrong and where, in nobody's words: messages of errors quote the values at fault."""
    frames = traceback.extract_tb(error.__traceback__)[-_FRAMES:]
    told: dict[str, Any] = {
        "type": f"{type(error).__module__}.{type(error).__qualname__}",
        "frames": [f"{frame.filename}:{frame.lineno} {frame.name}" for frame in frames],
    }
    for fact in ("sqlstate", "constraint_name", "strerror"):
        value = getattr(error, fact, None)
        if isinstance(value, str):
            told[fact] = _text(value)
    return told


class JsonLines(logging.Formatter):
    """One JSON object per line, for machines."""

    def format(self, record: logging.LogRecord) -> str:
        """Render the record."""
        return json.dumps(attributes(record), ensure_ascii=False)


class ConsoleLines(logging.Formatter):
    """One short line per event and one per frame, for the person who tries the demo."""

    def format(self, record: logging.LogRecord) -> str:
        """Render the record."""
        line = attributes(record)
        clock = datetime.fromtimestamp(record.created).astimezone().strftime("%H:%M:%S")
        errors = line.pop("exception", [])
        event = line.pop("event")
        for shown_elsewhere in ("at", "level", "logger", "request_id"):
            del line[shown_elsewhere]
        facts = " ".join(f"{key}={value}" for key, value in line.items())
        rendered = [f"{clock} {record.levelname:<7} {event} {facts}".rstrip()]
        for error in errors:
            rendered += [f"    {error['type']}", *(f"      {frame}" for frame in error["frames"])]
        return "\n".join(rendered)
