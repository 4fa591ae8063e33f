"""Rate limits: which quotas a request is counted against, and the fields that tell callers where they stand.

The fields are those of draft-ietf-httpapi-ratelimit-headers-10. Each process counts by itself: this is a
soft limit against clients that run wild, not the hard one against the reading of many people.
"""

from collections.abc import Iterable
from enum import StrEnum
from ipaddress import IPv6Address, ip_address, ip_network

from starlette.datastructures import MutableHeaders
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from registry.api.auth.caller import Caller
from registry.api.refusals import QuotaExceeded
from registry.domain.quota import Quota, Standing, Windows
from registry.settings import Quotas

_STATE = "standings"


class Policy(StrEnum):
    """Names of the quotas, as settings and answers have them."""

    OFFICER = "officer"
    SERVER = "server"
    CLIENT = "client"
    SEARCH = "search"
    ADDRESS = "address"


class RateLimits:
    """What the callers of one application have spent."""

    def __init__(self, quotas: Quotas) -> None:
        self._windows = {policy: Windows(getattr(quotas, policy)) for policy in Policy}

    @property
    def quotas(self) -> dict[Policy, Quota]:
        """Every quota by its name."""
        return {policy: windows.quota for policy, windows in self._windows.items()}

    def count_caller(self, scope: Scope, caller: Caller, *, is_search: bool, now: float) -> None:
        """Count the request of a caller whose token was verified; refuse one that is beyond a quota.

        What is refused for the caller's own quotas is not counted against the client, which others share.
        """
        subject = (caller.issuer, caller.subject)
        own = [Policy.SERVER if caller.is_server else Policy.OFFICER, *([Policy.SEARCH] if is_search else [])]
        self._count(scope, [(policy, subject) for policy in own], now)
        self._count(scope, [(Policy.CLIENT, (caller.issuer, caller.client_id))], now)

    def count_stranger(self, scope: Scope, *, now: float) -> None:
        """Count a request without a token that is accepted, against the address it comes from."""
        host = scope["client"][0] if scope.get("client") else ""
        self._count(scope, [(Policy.ADDRESS, network_of(host))], now)

    def _count(self, scope: Scope, spent: Iterable[tuple[Policy, object]], now: float) -> None:
        standings = {policy: self._windows[policy].spend(caller, now=now) for policy, caller in spent}
        scope.setdefault("state", {}).setdefault(_STATE, {}).update(
            {policy: (self._windows[policy].quota, standing) for policy, standing in standings.items()}
        )
        violated = [policy for policy, standing in standings.items() if standing.is_exceeded]
        if violated:
            raise QuotaExceeded(violated, retry_after=max(standings[policy].resets_in for policy in violated))


def network_of(host: str) -> str:
    """The address that a stranger is counted under: an IPv6 customer has a whole /64 to call from."""
    try:
        address = ip_address(host)
    except ValueError:
        return host
    return str(ip_network((address, 64), strict=False)) if isinstance(address, IPv6Address) else host


class RateLimitFields:
    """Tell on every counted answer which quotas are in force and what is left of them."""

    def __init__(self, app: ASGIApp) -> None:
        self._app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        async def send_told(message: Message) -> None:
            if message["type"] == "http.response.start" and (told := scope.get("state", {}).get(_STATE)):
                headers = MutableHeaders(scope=message)
                headers["RateLimit-Policy"] = ", ".join(_policy(name, quota) for name, (quota, _) in told.items())
                headers["RateLimit"] = ", ".join(_standing(name, left) for name, (_, left) in told.items())
            await send(message)

        await self._app(scope, receive, send_told)


def _policy(name: str, quota: Quota) -> str:
    return f'"{name}";q={quota.requests};w={quota.seconds}'


def _standing(name: str, standing: Standing) -> str:
    return f'"{name}";r={standing.remaining};t={standing.resets_in}'
