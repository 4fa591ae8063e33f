"""`Prefer: handling=strict` (RFC 7240, section 4.4)."""


def is_strict(prefer: str | None) -> bool:
    """Whether a push is to be applied as a whole or not at all. Preferences that are not known count for nothing."""
    preferences = (part.partition(";")[0].strip() for part in (prefer or "").split(","))
    return any(_said(preference) == ("handling", "strict") for preference in preferences)


def _said(preference: str) -> tuple[str, str]:
    name, _, value = preference.partition("=")
    return name.strip().lower(), value.strip().strip('"').lower()
