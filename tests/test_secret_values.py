"""Which secrets a service may start with."""

import base64
import secrets
from pathlib import Path

import pytest

from registry.errors import CannotRun
from registry.secret_values import DEMO_MARK, require_closed, require_own_password, require_strong


@pytest.mark.parametrize("_", range(20))
@pytest.mark.parametrize(
    "make", [lambda: secrets.token_hex(16), lambda: base64.b64encode(secrets.token_bytes(24)).decode()]
)
def test_random_secrets_are_strong(make: object, _: int) -> None:
    assert callable(make)
    require_strong("REGISTRY_SECRET", make())


@pytest.mark.parametrize(
    ("weak", "reason"),
    [
        pytest.param("5f1c0a9be37d", "at least 32 characters", id="short"),
        pytest.param("a" * 64, "repeats itself", id="one character"),
        pytest.param("a" * 56 + "5f1c09be", "repeats itself", id="nearly one character"),
        pytest.param("5f1c0a9be37d2846" * 4, "repeats itself", id="a piece again and again"),
        pytest.param("changeme-5f1c0a9be37d28465f1c0a9be37d", "placeholder", id="changeme"),
        pytest.param("ChangeMe-5f1c0a9be37d28465f1c0a9be37d", "placeholder", id="changeme in other letters"),
        pytest.param("a secret for tests only, never for a service", "placeholder", id="of these tests"),
        pytest.param(DEMO_MARK + secrets.token_urlsafe(48), "placeholder", id="of a demo"),
    ],
)
def test_others_are_refused_and_not_repeated(weak: str, reason: str) -> None:
    with pytest.raises(CannotRun, match=f"REGISTRY_SECRET: .*{reason}") as refused:
        require_strong("REGISTRY_SECRET", weak)
    assert weak not in str(refused.value)


@pytest.mark.parametrize("password", ["postgres", "Password", "registry", "changeme", ""])
def test_a_default_password_of_the_database_is_refused(password: str) -> None:
    with pytest.raises(CannotRun, match="its password is a default"):
        require_own_password("REGISTRY_DATABASE_URL", password)


@pytest.mark.parametrize("password", [None, "8d1f60c2"])
def test_a_password_of_one_s_own_or_none_is_taken(password: str | None) -> None:
    require_own_password("REGISTRY_DATABASE_URL", password)


@pytest.mark.parametrize("mode", [0o400, 0o600, 0o640])
def test_a_file_of_its_owner_and_group_is_closed(mode: int, tmp_path: Path) -> None:
    file = tmp_path / "secret"
    file.touch(mode=0o600)
    file.chmod(mode)
    require_closed("REGISTRY_SECRET_FILE", file)
