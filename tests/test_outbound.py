"""Whom the service calls: nobody but the issuers it is told to trust, for their keys, and nowhere on."""

import ast
from pathlib import Path

import registry

PACKAGE = Path(registry.__path__[0])
CALLING = {"aiohttp", "ftplib", "http.client", "httpx", "requests", "smtplib", "urllib.request", "urllib3"}
"""Packages that open connections to addresses."""

ISSUERS_KEYS = {"api/auth/issuer_keys.py"}
LOADS_THE_DEMO = {"demo/load.py"}


def imports(module: Path) -> set[str]:
    """Name what a module imports."""
    found = set()
    for node in ast.walk(ast.parse(module.read_text("utf-8"))):
        match node:
            case ast.Import(names=names):
                found |= {name.name for name in names}
            case ast.ImportFrom(module=str(name)):
                found.add(name)
    return found


def callers() -> dict[str, Path]:
    modules = {str(module.relative_to(PACKAGE)): module for module in PACKAGE.rglob("*.py")}
    return {name: module for name, module in modules.items() if imports(module) & CALLING}


def test_only_keys_of_issuers_are_fetched() -> None:
    assert set(callers()) - LOADS_THE_DEMO <= ISSUERS_KEYS
    assert set(callers()) & ISSUERS_KEYS


def test_no_redirect_is_followed() -> None:
    for name in set(callers()) & ISSUERS_KEYS:
        source = callers()[name].read_text("utf-8")
        assert "follow_redirects=False" in source
        assert "follow_redirects=True" not in source
