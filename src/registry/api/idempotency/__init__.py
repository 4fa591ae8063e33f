"""Requests that may be sent again under a key of the client's (draft-ietf-httpapi-idempotency-key-header-07)."""
