"""`registry serve` starts with secrets of its own only, and tells none."""

import secrets
from base64 import b64encode
from pathlib import Path

import pytest

from registry.secret_values import DEMO_MARK
from registry.settings import Settings
from tests.cli.commands import PRODUCTION, STRONG_SECRET, Commands

DATABASE = "postgresql://registry_service:{}@127.0.0.1:1/none"
CANARY = "c4n4ry-7b0d5e1f9a3c6824-e6b1d0f7a2c95384"


@pytest.fixture
def file(tmp_path: Path) -> Path:
    file = tmp_path / "secret"
    file.write_text(f"{STRONG_SECRET}\n")
    file.chmod(0o600)
    return file


def start(command: Commands, **settings: str) -> str:
    """Start on a database that does not answer: what passes all checks is told that."""
    given = {**PRODUCTION, "database_url": DATABASE.format("8d1f60c2"), **settings}
    return command("serve", "--port", "0", **given).complaint.removeprefix("registry: ")


@pytest.mark.parametrize("name", sorted(Settings.secret_names()))
def test_no_complaint_tells_a_secret(name: str, command: Commands) -> None:
    told = command("serve", "--port", "0", **{name: CANARY})
    assert told.code == 1
    assert CANARY not in told.complaint + told.said


def test_a_secret_comes_from_a_file(command: Commands, file: Path) -> None:
    assert start(command, secret="", secret_file=str(file)).startswith("the database does not answer")


@pytest.mark.parametrize("mode", [0o604, 0o644, 0o602])
def test_not_from_a_file_that_everybody_may_open(command: Commands, file: Path, mode: int) -> None:
    file.chmod(mode)
    told = start(command, secret_file=str(file))
    assert told == f"REGISTRY_SECRET_FILE: {file} is open to every account: chmod o= {file}"


def test_not_from_a_demo(command: Commands, file: Path) -> None:
    file.write_text(DEMO_MARK + secrets.token_urlsafe(48))
    assert "REGISTRY_SECRET: this is a placeholder" in start(command, secret_file=str(file))


def test_not_one_that_repeats_itself(command: Commands) -> None:
    assert "REGISTRY_SECRET: the secret repeats itself" in start(command, secret="ab" * 32)


def test_no_master_key_that_repeats_itself(command: Commands) -> None:
    told = start(command, master_keys=f"1:{b64encode(bytes(32)).decode()}")
    assert "REGISTRY_MASTER_KEYS: the secret repeats itself" in told


def test_the_address_of_the_database_comes_from_a_file_with_a_password_of_one_s_own(
    command: Commands, file: Path
) -> None:
    file.write_text(DATABASE.format("postgres"))
    told = start(command, database_url="", database_url_file=str(file))
    assert told == "REGISTRY_DATABASE_URL: its password is a default: set one of your own"


def test_that_file_is_closed_as_well(command: Commands, file: Path) -> None:
    file.write_text(DATABASE.format("8d1f60c2"))
    file.chmod(0o644)
    told = start(command, database_url="", database_url_file=str(file))
    assert told.startswith(f"REGISTRY_DATABASE_URL_FILE: {file} is open")


def test_a_file_that_is_missing_is_named(command: Commands, tmp_path: Path) -> None:
    assert start(command, secret_file=str(tmp_path / "none")) == f"{tmp_path}/none: No such file or directory"
