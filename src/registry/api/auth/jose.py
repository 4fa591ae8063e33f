"""What access tokens and proofs have in common as signed documents (RFC 7515). The cryptography is joserfc's."""

import json
from collections.abc import Mapping
from typing import Any

from joserfc import jws

ALGORITHMS = ("ES256", "ES384", "PS256", "PS384", "RS256", "Ed25519")
"""Asymmetric signatures only."""

MALFORMED = (ValueError, TypeError, AttributeError, KeyError, RecursionError)
"""What reading something that is no signed document may raise, beside the library's own errors."""


def peek(document: str, *, registry: jws.JWSRegistry) -> tuple[Mapping[str, Any], Mapping[str, Any]]:
    """Read header and claims before anything is verified: to find the key, and for nothing else."""
    parts = jws.extract_compact(document.encode("ascii"), registry=registry)
    return parts.headers(), json.loads(parts.payload)


def is_plain(header: Mapping[str, Any]) -> bool:
    """Tell whether a header asks for no extension: none is understood here, and a JWT has no business with `b64`."""
    return not {"crit", "b64"} & header.keys()


def media_type(header: Mapping[str, Any]) -> str:
    """Read `typ` as the media type that it is: without regard to case, and `application/` may be left out."""
    return str(header.get("typ")).lower().removeprefix("application/")
