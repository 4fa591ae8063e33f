"""Whether a verified token is let in: by what was revoked since it was issued, and by the software that brings it."""

from dataclasses import dataclass
from datetime import UTC, datetime

from registry.api.auth.caller import Caller
from registry.api.auth.refused import Reason, TokenInvalid
from registry.db.standing import Standing
from registry.domain.access import ActorRequired
from registry.domain.client import Client, ClientKind, ClientNotRegistered
from registry.settings import Clients, Dpop, Settings


@dataclass(frozen=True, slots=True)
class Admission:
    """The settings by which software is let in."""

    clients: Clients
    dpop: Dpop

    @classmethod
    def of(cls, settings: Settings) -> "Admission":
        return cls(settings.clients, settings.dpop)

    def require_current(self, caller: Caller, standing: Standing) -> None:
        """Refuse a token that was ended before its time, or that its client's keys do not vouch for (401)."""
        if standing.tokens_from is not None and _issued_at(caller) < standing.tokens_from:
            raise TokenInvalid(Reason.SUBJECT_REVOKED)
        for software in filter(None, (standing.client, standing.vendor)):
            if software.keys_since is not None and _issued_at(caller) < software.keys_since:
                raise TokenInvalid(Reason.CLIENT_ROTATED)
            if software.key_thumbprint not in {None, caller.key_thumbprint}:
                raise TokenInvalid(Reason.CLIENT_KEY)
        if self.dpop == "required" and caller.key_thumbprint is None and _is_app(caller, standing.client):
            raise TokenInvalid(Reason.UNBOUND)

    def require_software(self, caller: Caller, standing: Standing) -> None:
        """Refuse software that is not registered, or not for such a token (403): signing in again would not help."""
        client, vendor = standing.client, standing.vendor
        if standing.is_software_ended:
            raise ClientNotRegistered
        if caller.is_server and caller.vendor is not None:
            raise ActorRequired
        if client is not None:
            client.require_tokens_of(speaks_for_itself=caller.is_server, is_exchanged=caller.vendor is not None)
        elif self.clients == "registered":
            raise ClientNotRegistered
        if caller.vendor is None:
            return
        if vendor is None and self.clients == "registered":
            raise ClientNotRegistered
        if vendor is not None and vendor.kind is not ClientKind.VENDOR:
            raise ClientNotRegistered


def _issued_at(caller: Caller) -> datetime:
    return datetime.fromtimestamp(caller.issued_at, UTC)


def _is_app(caller: Caller, client: Client | None) -> bool:
    return not caller.is_server if client is None else client.kind is ClientKind.APP
