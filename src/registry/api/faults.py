"""What pydantic found wrong, in our own few codes: never its message, never the value it looked at."""

import re
from collections.abc import Iterable, Mapping, Sequence
from typing import Any

from registry.api.notices import SENTENCES
from registry.api.refusals import Fault

MAX_FAULTS = 50

# Names of our fields look like this. Other segments come from the request itself, and are not repeated.
MOST_NAMED = 30
"""How many values of a list a sentence names: all indicators are too long for one, and have a catalogue."""
_PLAIN_NAME = re.compile(r"[a-z_]{1,40}[0-9]{0,2}")

_CODES = {
    "missing": "missing",
    "union_tag_not_found": "missing",
    "extra_forbidden": "unknown_field",
    "string_pattern_mismatch": "wrong_format",
    "string_unicode": "wrong_format",
    "string_too_short": "too_short",
    "string_too_long": "too_long",
    "too_short": "too_few_items",
    "too_long": "too_many_items",
    "greater_than": "too_small",
    "greater_than_equal": "too_small",
    "less_than": "too_large",
    "less_than_equal": "too_large",
    "int_parsing_size": "too_large",
    "enum": "not_in_list",
    "literal_error": "not_in_list",
    "union_tag_invalid": "not_in_list",
    "int_from_float": "not_a_number",
    "finite_number": "not_a_number",
    "timezone_aware": "not_an_instant",
    "timezone_naive": "not_an_instant",
}
_FAMILIES = {
    "int": "not_a_number",
    "float": "not_a_number",
    "decimal": "not_a_number",
    "bool": "not_a_boolean",
    "date": "not_a_date",
    "datetime": "not_an_instant",
    "uuid": "not_a_uuid",
}


def from_pydantic(errors: Iterable[Mapping[str, Any]]) -> Sequence[Fault]:
    """Translate pydantic's errors, the first fifty."""
    return [_fault(error) for error, _ in zip(errors, range(MAX_FAULTS), strict=False)]


def _fault(error: Mapping[str, Any]) -> Fault:
    code = _code(error["type"])
    facts = _facts(error.get("ctx", {}))
    place, *segments = error["loc"] or ("body",)
    if place == "body":
        return Fault(code, pointer=_pointer(segments), facts=facts)
    return Fault(code, parameter=_parameter(segments), facts=facts)


def _code(kind: str) -> str:
    """Choose our code; a validator of ours may name one itself (`PydanticCustomError`)."""
    if kind in _CODES:
        return _CODES[kind]
    if kind in SENTENCES:
        return kind
    family, _, problem = kind.partition("_")
    if family in _FAMILIES and problem != "custom":
        return _FAMILIES[family]
    return "wrong_type" if kind.endswith("_type") else "invalid_value"


def _facts(context: Mapping[str, Any]) -> Mapping[str, Any]:
    """Keep what the schema says; what stands under other names may quote the value."""
    facts = {name: context[name] for name in ("min_length", "max_length") if name in context}
    limits = [context[name] for name in ("ge", "gt", "le", "lt") if name in context]
    if limits:
        facts["limit"] = limits[0]
    expected = context.get("expected") or context.get("expected_tags")
    if isinstance(expected, str):
        values = re.findall(r"'([^']*)'", expected)
        facts["expected"] = values if len(values) <= MOST_NAMED else [*values[:MOST_NAMED], "..."]
    return facts


def _pointer(segments: Sequence[str | int]) -> str:
    """Write a JSON Pointer; it ends before the first segment that the request made up."""
    pointer = ""
    for segment in segments:
        if isinstance(segment, str) and not _PLAIN_NAME.fullmatch(segment):
            break
        pointer += f"/{segment}"
    return pointer


def _parameter(segments: Sequence[str | int]) -> str | None:
    return str(segments[0]) if segments else None
