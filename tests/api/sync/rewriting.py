"""Cursors opened and closed again, as another release or another day would have written them."""

import json
from typing import Any

from fastapi import FastAPI

from registry.api.pagination import Seal
from registry.demo.issuer import ISSUER


def rewritten(app: FastAPI, subject: str, cursor: str | None, **over: str) -> str:
    """Let a subject's cursor say something else."""
    return _seal(app, subject).close(json.dumps(progress_in(app, subject, cursor) | over).encode())


def progress_in(app: FastAPI, subject: str, cursor: str | None) -> dict[str, Any]:
    """What a subject's cursor says."""
    progress: dict[str, Any] = json.loads(_seal(app, subject).open(cursor or ""))
    return progress


def _seal(app: FastAPI, subject: str) -> Seal:
    return Seal.of(app.state.keys.cursor, subject=f"{ISSUER}|{subject}", resource="sync", filters=None)
