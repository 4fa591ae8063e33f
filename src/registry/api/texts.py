"""Sentences for people, kept as data in both languages; what stands in braces is filled from facts."""

import string
import tomllib
from collections.abc import Iterable, Mapping
from datetime import date
from importlib.resources import files
from typing import Any

from registry.api.language import Language


def load(folder: str) -> dict[str, Any]:
    """Read every table of `data/<folder>/*.toml`. A code that stands in two files is an error."""
    entries: dict[str, Any] = {}
    for file in sorted((files("registry") / "data" / folder).iterdir(), key=lambda file: file.name):
        if not file.name.endswith(".toml"):
            continue
        for code, entry in tomllib.loads(file.read_text(encoding="utf-8")).items():
            if code in entries:
                msg = f"{folder}/{file.name}: {code} is already in another file"
                raise ValueError(msg)
            entries[code] = entry
    return entries


def checked(template: str) -> str:
    """Return the template. Raises `ValueError` unless every brace holds the plain name of a fact."""
    for _, name, specification, conversion in string.Formatter().parse(template):
        if name is not None and (not name.isidentifier() or specification or conversion):
            msg = f"only plain names may stand in braces: {template}"
            raise ValueError(msg)
    return template


def fill(template: str, language: Language, facts: Mapping[str, Any]) -> str:
    """Fill a template; a fact that is not given shows as an ellipsis, so that a refusal never fails."""
    return template.format_map(_Shown({name: _show(value, language) for name, value in facts.items()}))


class _Shown(dict[str, str]):
    def __missing__(self, name: str) -> str:
        return "…"


def _show(value: object, language: Language) -> str:
    match value:
        case date() if language is Language.VI:
            return value.strftime("%d/%m/%Y")
        case str():
            return value
        case Iterable():
            return ", ".join(_show(item, language) for item in value)
        case _:
            return str(value)
