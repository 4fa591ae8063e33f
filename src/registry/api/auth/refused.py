"""Refusals of callers who do not show who they are (401). The reason goes to logs and metrics, not to the caller."""

from enum import StrEnum

from registry.api.refusals import Refusal


class Reason(StrEnum):
    """Which check failed. A closed set, so that it may be counted; nothing of the token is in it."""

    NO_TOKEN = "no_token"  # noqa: S105 - codes, no secrets
    MALFORMED = "malformed"
    ISSUER = "issuer"
    TYPE = "type"
    HEADER = "header"
    ALGORITHM = "algorithm"
    KEY = "key"
    SIGNATURE = "signature"
    EXPIRED = "expired"
    CLAIMS = "claims"
    UNBOUND = "unbound"
    DOWNGRADED = "downgraded"
    SUBJECT_REVOKED = "subject_revoked"
    CLIENT_ROTATED = "client_rotated"
    CLIENT_KEY = "client_key"
    PROOF_COUNT = "proof_count"
    PROOF_MALFORMED = "proof_malformed"
    PROOF_TYPE = "proof_type"
    PROOF_ALGORITHM = "proof_algorithm"
    PROOF_KEY = "proof_key"
    PROOF_SIGNATURE = "proof_signature"
    PROOF_CLAIMS = "proof_claims"
    PROOF_METHOD = "proof_method"
    PROOF_URL = "proof_url"
    PROOF_NONCE = "proof_nonce"
    PROOF_TIME = "proof_time"
    PROOF_TOKEN = "proof_token"  # noqa: S105 - as above
    PROOF_BINDING = "proof_binding"
    PROOF_REPLAYED = "proof_replayed"


class Unauthenticated(Refusal):
    """No token."""

    code = "unauthenticated"

    def __init__(self, reason: Reason = Reason.NO_TOKEN) -> None:
        super().__init__()
        self.reason = reason


class TokenInvalid(Unauthenticated):
    """A token that is expired, ended, not for us, not from an issuer we trust, or not a token."""

    code = "token_invalid"


class ProofInvalid(Unauthenticated):
    """The token is bound to a key, and the request does not prove that the caller holds it."""

    code = "dpop_proof_invalid"


class NonceRequired(ProofInvalid):
    """The proof lacks the service's present nonce, which the answer gives."""

    code = "dpop_nonce_required"

    def __init__(self, nonce: str) -> None:
        super().__init__(Reason.PROOF_NONCE)
        self.headers["DPoP-Nonce"] = nonce
