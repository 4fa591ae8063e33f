"""A fresh sign-in for what weighs much: the token must come from one (RFC 9470)."""

from datetime import UTC, datetime

from registry.api.auth.caller import Caller
from registry.api.refusals import Refusal
from registry.domain.emergency import FRESH, is_fresh
from registry.domain.errors import Forbidden


class StepUpRequired(Refusal, Forbidden):
    """The officer must sign in again, or more strongly; the challenge says how lately and how."""

    code = "step_up_required"

    def __init__(self, caller: Caller, *, acr: str | None) -> None:
        scheme = "Bearer" if caller.key_thumbprint is None else "DPoP"
        seconds = int(FRESH.total_seconds())
        challenge = f'{scheme} realm="registry", error="insufficient_user_authentication", max_age="{seconds}"'
        wanted = "" if acr is None else f', acr_values="{acr}"'
        super().__init__(headers={"WWW-Authenticate": challenge + wanted}, max_age=seconds)


def require_step_up(caller: Caller, *, acr: str | None, at: datetime) -> None:
    """Refuse a token whose officer signed in too long ago, or not in the way that `acr` names."""
    signed_in = None if caller.authenticated_at is None else datetime.fromtimestamp(caller.authenticated_at, UTC)
    if not is_fresh(signed_in, at=at) or (acr is not None and caller.acr != acr):
        raise StepUpRequired(caller, acr=acr)
