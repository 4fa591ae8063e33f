"""Remarks on one place of a request, localized: field errors of a refusal, warnings beside a record.

The sentences stand in `data/notices/*.toml`; a module that needs new codes brings its own file.
"""

from collections.abc import Mapping
from types import MappingProxyType
from typing import Annotated, Any

from pydantic import Field, JsonValue

from registry.api import texts
from registry.api.language import Language
from registry.api.schemas.fields import Out


def at_most(length: int) -> dict[str, JsonValue]:
    """Publish the length of a text without checking it: telling what went wrong must not go wrong itself."""
    return {"maxLength": length}


class Notice(Out):
    """A remark on one place of the request body."""

    code: str = Field(
        description="Stable code; compare this, not the text.", examples=["too_long"], json_schema_extra=at_most(40)
    )
    detail: str = Field(
        description="The remark for people, in Vietnamese or English by Accept-Language.",
        json_schema_extra=at_most(2000),
    )
    pointer: Annotated[str, Field(json_schema_extra=at_most(500))] | None = Field(
        description="JSON Pointer into the request body.", examples=["/full_name"]
    )


def notice(code: str, language: Language, *, pointer: str | None = None, **facts: Any) -> Notice:  # noqa: ANN401 - facts are JSON values
    """Write a notice; its code must have a sentence."""
    return Notice(code=code, detail=sentence(code, language, facts), pointer=pointer)


def sentence(code: str, language: Language, facts: Mapping[str, Any]) -> str:
    """Return the sentence of a code, filled with facts."""
    return texts.fill(SENTENCES[code][language], language, facts)


def _load() -> Mapping[str, Mapping[Language, str]]:
    return MappingProxyType(
        {
            code: {language: texts.checked(entry[language]) for language in Language}
            for code, entry in texts.load("notices").items()
        }
    )


SENTENCES = _load()
"""Every notice code with its sentence in each language."""
