"""Settings: every secret among them stays one, wherever settings are shown."""

import io
import logging
from pathlib import Path

import pytest
from pydantic import SecretStr, ValidationError

from registry import logs
from registry.cli.commands import sentence_of
from registry.db import address
from registry.errors import CannotRun
from registry.settings import Settings

CANARY = "c4n4ry-7b0d5e1f9a3c6824-e6b1d0f7a2c95384"
SECRETS = sorted(Settings.secret_names())

every_secret = pytest.mark.parametrize("name", SECRETS)


def test_the_walk_sees_the_secrets() -> None:
    assert {"secret", "database_url"} <= set(SECRETS)


def test_every_setting_that_is_a_secret_can_come_from_a_file() -> None:
    secret = {name for name, field in Settings.model_fields.items() if "SecretStr" in str(field.annotation)}
    assert secret == set(SECRETS)


@every_secret
def test_a_secret_is_read_from_its_file_which_wins(name: str, tmp_path: Path) -> None:
    file = tmp_path / name
    file.write_text(f"{CANARY}\n")
    settings = Settings.model_validate({name: "another", f"{name}_file": file})
    assert getattr(settings, name) == SecretStr(CANARY)


@every_secret
def test_no_way_of_showing_settings_shows_a_secret(name: str) -> None:
    settings = Settings.model_validate({name: CANARY})
    out = io.StringIO()
    handler = logging.StreamHandler(out)
    handler.setFormatter(logs.JsonLines())
    line = logging.LogRecord("registry", logging.INFO, __file__, 1, "settings %s", (settings,), None)
    line.settings = settings
    line.given = {name: CANARY, name.upper(): CANARY}
    handler.emit(line)

    shown = [repr(settings), str(settings), settings.model_dump_json(), str(settings.model_dump()), out.getvalue()]
    assert [text for text in shown if CANARY in text] == []


@every_secret
def test_a_mistake_in_another_setting_does_not_tell_a_secret(name: str) -> None:
    with pytest.raises(ValidationError) as refused:
        Settings.model_validate({name: CANARY, "pool_size": "many"})
    assert CANARY not in str(sentence_of(refused.value))


@pytest.mark.parametrize("named", [CANARY, f"postgresql://me:x@host:{CANARY}/db"])
def test_an_address_that_cannot_be_read_is_not_repeated(named: str) -> None:
    with pytest.raises(CannotRun) as refused:
        address.read(named)
    assert CANARY not in str(refused.value)
    assert refused.value.__cause__ is None
