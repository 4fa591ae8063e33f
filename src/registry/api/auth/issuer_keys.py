"""The public keys of the configured issuers: fetched, kept for a while, and given up when something was revoked."""

import asyncio
import json
import logging
import math
import time
from typing import Any

import httpx
from joserfc.jwk import Key, KeySet

from registry.api.auth import public_key
from registry.api.auth.refused import Reason, TokenInvalid
from registry.api.refusals import Unavailable
from registry.settings import TrustedIssuer

log = logging.getLogger(__name__)

LIFETIME_SECONDS = 600
"""After this the keys are fetched anew, so that one the issuer has withdrawn is not trusted for long."""

LONGEST_SECONDS = 24 * 60 * 60
"""After this an issuer's silence ends the trust: who keeps us from it must not keep a withdrawn key alive for ever."""

_REFRESH_PAUSE_SECONDS = 60
_RETRY_PAUSE_SECONDS = 5


class IssuerKeys:
    """The public keys of one issuer. Keys come from where the settings say, never from where a token says."""

    def __init__(self, trusted: TrustedIssuer) -> None:
        self.trusted = trusted
        self._keys: KeySet | None = None
        self._fetched_at = -math.inf
        self._tried_at = -math.inf
        self._fetching = asyncio.Lock()

    async def having(self, kid: str) -> KeySet:
        """Give the issuer's keys, fetched anew (once a minute at most) when they are old or `kid` is not among them.

        Where the issuer does not answer, those known before go on for a day: one that is away for an hour ends
        nobody's work. One that answers with no key of use has withdrawn them all.
        """
        if self._age() > LONGEST_SECONDS:
            self._keys = None
        if not self._knows(kid) or (self._are_old() and not self._fetching.locked()):
            async with self._fetching:
                if (not self._knows(kid) or self._are_old()) and self._may_try():
                    self._tried_at = time.monotonic()
                    await self._fetch()
        if self._keys is None:
            raise Unavailable(retry_after=_RETRY_PAUSE_SECONDS)
        if not self._knows(kid):
            raise TokenInvalid(Reason.KEY)
        return self._keys

    def trusts(self, keys: KeySet) -> bool:
        """Tell whether what was verified with these keys still counts: they are the present ones, and not old."""
        return keys is self._keys and not self._are_old()

    def forget(self) -> None:
        """Give the keys up: something was revoked, and it may have been one of them. The next token fetches them."""
        self._keys, self._fetched_at, self._tried_at = None, -math.inf, -math.inf

    def _knows(self, kid: str) -> bool:
        return self._keys is not None and any(key.kid == kid for key in self._keys.keys)

    def _are_old(self) -> bool:
        return self._age() > LIFETIME_SECONDS

    def _age(self) -> float:
        return time.monotonic() - self._fetched_at

    def _may_try(self) -> bool:
        pause = _REFRESH_PAUSE_SECONDS if self._keys is not None else _RETRY_PAUSE_SECONDS
        return time.monotonic() - self._tried_at > pause

    async def _fetch(self) -> None:
        try:
            found = self._read_set(json.loads(await self._read()))
        except (httpx.HTTPError, OSError, ValueError, LookupError, TypeError):
            log.warning("issuer.unreachable", extra={"issuer": self.trusted.issuer})
            return
        self._fetched_at = time.monotonic()
        if found is None:
            log.warning("issuer.keys_withdrawn", extra={"issuer": self.trusted.issuer})
        if self._keys is None or found != self._keys:
            self._keys = found

    def _read_set(self, published: Any) -> KeySet | None:  # noqa: ANN401 - whatever the issuer's JSON is
        """Read the keys one by one: one that is of no use to us does not take the others away. None: none is left."""
        if not isinstance(published["keys"], list):
            raise TypeError
        usable: list[Key] = []
        for jwk in published["keys"]:
            try:
                usable.append(public_key.read(jwk))
            except public_key.KeyUnusable:
                log.warning("issuer.key_ignored", extra={"issuer": self.trusted.issuer})
        return KeySet(usable) if usable else None

    async def _read(self) -> bytes:
        if self.trusted.jwks_file is not None:
            return self.trusted.jwks_file.read_bytes()
        async with httpx.AsyncClient(timeout=5, follow_redirects=False) as client:
            answer = await client.get(str(self.trusted.jwks_url))
            answer.raise_for_status()
        return answer.content
