"""What a request presents: a token, and a proof where the token is bound to a key."""

from dataclasses import dataclass
from urllib.parse import quote

from fastapi import Request
from fastapi.security import HTTPAuthorizationCredentials

from registry.api.auth.caller import Caller
from registry.api.auth.challenge import BEARER, DPOP
from registry.api.auth.dpop import Bound, Proof, ProofVerifier
from registry.api.auth.refused import ProofInvalid, Reason, TokenInvalid, Unauthenticated
from registry.api.auth.tokens import TokenVerifier
from registry.db import proofs
from registry.db.context import closed_transaction
from registry.db.engine import Sessions


@dataclass(frozen=True, slots=True)
class Welcome:
    """A caller who showed who they are, and the proof that they did so with, where the token is bound to a key."""

    caller: Caller
    proof: Proof | None = None


@dataclass(frozen=True, slots=True)
class Reception:
    """Verifies what requests present, under the address at which clients reach the service."""

    tokens: TokenVerifier
    proofs: ProofVerifier
    public_url: str

    async def welcome(
        self, request: Request, credentials: HTTPAuthorizationCredentials | None, *, now: float
    ) -> Welcome:
        """Tell who calls, or raise `Unauthenticated`. A bound token is no bearer token, nor the reverse."""
        scheme = "" if credentials is None else credentials.scheme.lower()
        if credentials is None or scheme not in {BEARER, DPOP}:
            raise Unauthenticated
        caller = await self.tokens.verify(credentials.credentials, now=now)
        if scheme == BEARER and caller.key_thumbprint is None:
            return Welcome(caller)
        if scheme == BEARER:
            raise TokenInvalid(Reason.DOWNGRADED)
        if caller.key_thumbprint is None:
            raise TokenInvalid(Reason.UNBOUND)
        bound = Bound(credentials.credentials, caller.key_thumbprint, request.method, self._address_of(request))
        return Welcome(caller, self.proofs.verify(request.headers.getlist("DPoP"), bound, now=now))

    async def accept(self, welcome: Welcome, sessions: Sessions, *, now: float) -> str | None:
        """Let a proof through once; give the nonce for the next one, where there is a new one."""
        if welcome.proof is None:
            return None
        self.proofs.require_nonce(welcome.proof, now=now)
        await _use(welcome.proof, sessions)
        return self._next_nonce(welcome.proof, now=now)

    def _address_of(self, request: Request) -> str:
        raw: bytes = request.scope.get("raw_path") or quote(request.scope["path"]).encode()
        return self.public_url.rstrip("/") + raw.decode("ascii").partition("?")[0]

    def _next_nonce(self, proof: Proof, *, now: float) -> str | None:
        present = None if self.proofs.nonces is None else self.proofs.nonces.present(now)
        return None if present == proof.nonce else present


async def _use(proof: Proof, sessions: Sessions) -> None:
    """Keep that a proof was used, in a transaction of its own: also where the request comes to nothing."""
    async with closed_transaction(sessions) as session:
        is_first = await proofs.use(session, digest=proof.digest, expires_at=proof.expires_at)
    if not is_first:
        raise ProofInvalid(Reason.PROOF_REPLAYED)
