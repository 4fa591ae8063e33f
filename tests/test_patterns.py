"""No regular expression of ours can be made to run for ever: not in the specification, not in the code."""

import ast
import re
from collections.abc import Iterator
from functools import cache
from pathlib import Path
from re import _parser  # type: ignore[attr-defined]  # the standard library's own reading of a pattern
from typing import Any

import pytest

import registry
from tests.factories.specification import SPEC
from tests.openapi_rules import schemas

MANY = 100
"""A repetition that may go on for longer counts as endless."""


def endless(parsed: Any) -> Iterator[Any]:  # noqa: ANN401 - a parsed pattern is lists and tuples
    """Yield what is repeated without end, at any depth."""
    for operation, arguments in parsed:
        name = str(operation)
        if name in {"MAX_REPEAT", "MIN_REPEAT"}:
            _, most, inner = arguments
            if most == _parser.MAXREPEAT or most > MANY:
                yield inner
            yield from endless(inner)
        elif name == "SUBPATTERN":
            yield from endless(arguments[-1])
        elif name == "BRANCH":
            for branch in arguments[1]:
                yield from endless(branch)
        elif name in {"ASSERT", "ASSERT_NOT"}:
            yield from endless(arguments[1])


def is_nested(pattern: str | bytes) -> bool:
    """Whether something endless stands in something endless: what makes a match exponential."""
    return any(True for inner in endless(_parser.parse(pattern)) for _ in endless(inner))


def adjoining(pattern: str | bytes) -> int:
    """Count what is repeated without end: with several, a match may be polynomial of that degree."""
    return sum(1 for _ in endless(_parser.parse(pattern)))


@cache
def of_specification() -> dict[str, str]:
    return {schema["pattern"]: place for place, schema in schemas(SPEC) if "pattern" in schema}


@cache
def of_code() -> dict[str | bytes, str]:
    """Every literal pattern that a module hands to `re`."""
    found: dict[str | bytes, str] = {}
    for module in sorted(Path(registry.__path__[0]).rglob("*.py")):
        for node in ast.walk(ast.parse(module.read_text("utf-8"))):
            match node:
                case ast.Call(
                    func=ast.Attribute(value=ast.Name(id="re")),
                    args=[ast.Constant(value=(str() | bytes()) as pattern), *_],
                ):
                    found[pattern] = f"{module.stem}:{node.lineno}"
    return found


def test_the_walks_see_patterns() -> None:
    assert len(of_specification()) > 10
    assert len(of_code()) > 10


@pytest.mark.parametrize("pattern", [r"(a+)+$", r"(a|b*)*", r"^(\d{1,500}x?){2,}$", rb"(?:(a*)b?)*"])
def test_the_check_sees_what_runs_for_ever(pattern: str | bytes) -> None:
    assert is_nested(pattern)


@pytest.mark.parametrize("pattern", [*of_specification(), *of_code()])
def test_nothing_endless_is_repeated_endlessly(pattern: str | bytes) -> None:
    assert not is_nested(pattern), (of_specification() | of_code()).get(pattern)


@pytest.mark.parametrize("pattern", of_specification())
def test_what_strangers_send_meets_at_most_one_endless_part(pattern: str) -> None:
    """A match is linear then; every text is bounded beside (see the rule on `maxLength`)."""
    assert adjoining(pattern) <= 1


@pytest.mark.parametrize("pattern", of_specification())
def test_patterns_mean_the_same_to_every_client(pattern: str) -> None:
    """From the first to the last character: unanchored, ECMA 262 and we would both find it anywhere."""
    assert pattern.startswith("^")
    assert pattern.endswith("$")
    re.compile(pattern)
