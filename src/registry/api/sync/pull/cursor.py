"""How far a replica has come: a cursor that is sealed for its caller, and bound to a history and to a view."""

from dataclasses import dataclass
from datetime import date
from functools import cache
from typing import Any
from uuid import UUID

from fastapi import Request
from pydantic import TypeAdapter, ValidationError

from registry.api.actor import Actor
from registry.api.pagination import Seal
from registry.api.sync.pull.view import View
from registry.db.replica import CopyKey
from registry.domain.feed import GOES_ON_FOR, Position, ResyncReason, ResyncRequired


@dataclass(frozen=True, slots=True)
class Progress:
    """How far a replica has come. `copied` is None once everything there was has been copied."""

    format: str
    epoch: UUID
    view: str
    position: Position
    told_on: date
    """The last day on which everything there was had been told; what came after it is not forgotten for long."""
    copied: CopyKey | None

    def require(self, epoch: UUID, *, today: date) -> None:
        """Refuse to go on in another history than the one it began in, or where some of it may be forgotten."""
        if self.epoch != epoch:
            raise ResyncRequired(reason=ResyncReason.RESTORED)
        if today - self.told_on > GOES_ON_FOR:
            raise ResyncRequired(reason=ResyncReason.AWAY_TOO_LONG)


def seal_for(request: Request, actor: Actor) -> Seal:
    """Make the seal of one caller's cursors."""
    return Seal.of(request.app.state.keys.cursor, subject=actor.subject, resource="sync", filters=None)


def opened(cursor: str, seal: Seal, view: View) -> Progress:
    """Read a cursor. Raises `ResyncRequired` where it was given for another view, or by another release."""
    try:
        progress: Progress = _adapter().validate_json(seal.open(cursor))
    except ValidationError:
        raise ResyncRequired(reason=ResyncReason.FORMAT_CHANGED) from None
    if progress.format != view.format:
        raise ResyncRequired(reason=ResyncReason.FORMAT_CHANGED)
    if progress.view != view.digest:
        raise ResyncRequired(reason=ResyncReason.SCOPE_CHANGED)
    return progress


def closed(progress: Progress, seal: Seal) -> str:
    """Write a cursor."""
    return seal.close(_adapter().dump_json(progress))


@cache
def _adapter() -> TypeAdapter[Any]:
    return TypeAdapter(Progress)
