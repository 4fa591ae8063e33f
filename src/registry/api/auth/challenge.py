"""What a 401 says about how to come back (RFC 6750, section 3; RFC 9449, section 7.1)."""

from registry.api.auth import jose
from registry.api.auth.refused import NonceRequired, ProofInvalid, TokenInvalid
from registry.domain.errors import DomainError

BEARER, DPOP = "bearer", "dpop"
"""The schemes of Authorization, in lower case: they are compared without regard to it."""

_BEARER = 'Bearer realm="registry"'
_DPOP = f'DPoP algs="{" ".join(jose.ALGORITHMS)}"'


def of(refusal: DomainError, *, authorization: str) -> str:
    """Name both ways to authenticate; the error stands with the one that was tried."""
    error = _error(refusal)
    told = "" if error is None else f', error="{error}"'
    if isinstance(refusal, ProofInvalid) or authorization.lower().startswith(f"{DPOP} "):
        return f"{_BEARER}, {_DPOP}{told}"
    return f"{_BEARER}{told}, {_DPOP}"


def _error(refusal: DomainError) -> str | None:
    match refusal:
        case NonceRequired():
            return "use_dpop_nonce"
        case ProofInvalid():
            return "invalid_dpop_proof"
        case TokenInvalid():
            return "invalid_token"
        case _:
            return None
