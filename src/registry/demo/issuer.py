"""The demo's test issuer: a key of its own in the data directory, and tokens signed with it."""

import json
from collections.abc import Iterable
from contextlib import suppress
from datetime import datetime, timedelta
from pathlib import Path
from uuid import uuid4

from joserfc import jwt
from joserfc.jwk import ECKey, KeySet

from registry.domain.access import TokenScope
from registry.settings import TrustedIssuer

ISSUER = "urn:registry:demo"
AUDIENCE = "registry"
CLIENT = "demo-client"
LIFETIME = timedelta(hours=24)


class DemoIssuer:
    """Signs tokens that only a demo accepts."""

    def __init__(self, directory: Path) -> None:
        self._private = directory / "demo-issuer.json"
        self._public = directory / "demo-issuer-public.json"

    def trusted(self) -> TrustedIssuer:
        """Describe the issuer as the service's settings name it; makes the key on first use."""
        key = self._key()
        keys = KeySet([key]).as_dict(private=False)
        self._public.write_text(json.dumps(keys), encoding="utf-8")
        return TrustedIssuer(issuer=ISSUER, audience=AUDIENCE, jwks_file=self._public)

    def token(
        self,
        subject: str,
        *,
        now: datetime,
        scopes: Iterable[TokenScope] = tuple(TokenScope),
        client_id: str = CLIENT,
        lifetime: timedelta = LIFETIME,
        signed_in_at: datetime | None = None,
        acr: str = "urn:registry:demo:nobody-was-asked",
    ) -> str:
        """Sign an access token (RFC 9068) for a subject, who signed in just now unless it is said otherwise."""
        key = self._key()
        claims = {
            "iss": ISSUER,
            "aud": AUDIENCE,
            "sub": subject,
            "client_id": client_id,
            "scope": " ".join(scopes),
            "jti": str(uuid4()),
            "iat": int(now.timestamp()),
            "exp": int((now + lifetime).timestamp()),
            "auth_time": int((signed_in_at or now).timestamp()),
            "acr": acr,
        }
        return jwt.encode({"alg": "ES256", "typ": "at+jwt", "kid": key.kid}, claims, key)

    def _key(self) -> ECKey:
        try:
            return ECKey.import_key(json.loads(self._private.read_text(encoding="utf-8")))
        except FileNotFoundError:
            self._make_key()
            return self._key()

    def _make_key(self) -> None:
        """Make the key in a file of its own first, so that two starters end up with one key."""
        key = ECKey.generate_key("P-256", parameters={"kid": str(uuid4())}, private=True)
        draft = self._private.with_suffix(f".{uuid4()}")
        draft.touch(mode=0o600)
        draft.write_text(json.dumps(key.as_dict(private=True)), encoding="utf-8")
        with suppress(FileExistsError):
            self._private.hardlink_to(draft)
        draft.unlink()
