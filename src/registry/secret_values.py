"""Secrets as a service may have them: one of its own, strong enough, in a file that is not open to everybody."""

import math
import stat
from collections import Counter
from pathlib import Path

from registry.errors import CannotRun

SHORTEST = 32
"""Least number of characters."""

LEAST_BITS = 96
"""Least information in a secret, told by how often each character stands in it: a random hexadecimal one has 110."""

DEMO_MARK = "registry-demo-"
"""What the secrets begin with that a demo makes for itself."""

_PLACEHOLDERS = (DEMO_MARK, "changeme", "change-me", "change_me", "example", "for tests only", "placeholder", "replace")
_DEFAULT_PASSWORDS = frozenset({"", "admin", "changeme", "change-me", "password", "postgres", "registry", "secret"})


def require_strong(setting: str, value: str) -> None:
    """Refuse a secret that others know or could guess. The sentence never repeats it."""
    if len(value) < SHORTEST:
        raise CannotRun(f"{setting}: the secret must have at least {SHORTEST} characters")
    if any(word in value.casefold() for word in _PLACEHOLDERS):
        raise CannotRun(f"{setting}: this is a placeholder or a demo's secret: make one of your own")
    if value in (value + value)[1:-1] or _bits(value) < LEAST_BITS:
        raise CannotRun(f"{setting}: the secret repeats itself: make a random one (openssl rand -hex 32)")


def require_own_password(setting: str, password: str | None) -> None:
    """Refuse a password that servers are installed with; none at all is another way in (a socket, a certificate)."""
    if password is not None and password.casefold() in _DEFAULT_PASSWORDS:
        raise CannotRun(f"{setting}: its password is a default: set one of your own")


def require_closed(setting: str, file: Path) -> None:
    """Refuse a file that every account of the machine may read or write."""
    if file.stat().st_mode & (stat.S_IROTH | stat.S_IWOTH):
        raise CannotRun(f"{setting}: {file} is open to every account: chmod o= {file}")


def _bits(value: str) -> float:
    """Characters times their empirical entropy (Shannon)."""
    return sum(count * math.log2(len(value) / count) for count in Counter(value).values())
