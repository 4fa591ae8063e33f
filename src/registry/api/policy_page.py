"""The policy for people: `docs/policy.md` is made of its words and of the tables that the code admits by."""

from collections.abc import Iterable, Iterator
from pathlib import Path

from registry.api.operations import Operation
from registry.domain.access import FieldGroup, Permission, Role
from registry.domain.policy import POLICY, READING, Access

PAGE = Path(__file__).with_name("policy.md")
_HERE = "{tables}"


def render(operations: Iterable[Operation]) -> str:
    """Write the whole page."""
    tables = "\n".join((*_permissions(), "", *_groups(), "", *_operations(operations)))
    return PAGE.read_text(encoding="utf-8").replace(_HERE, tables)


def _permissions() -> Iterator[str]:
    yield "### Role by permission, and for which purpose"
    yield ""
    yield from _table(
        ("Permission", *(f"`{role}`" for role in Role)),
        ((f"`{each}`", *(str(POLICY[role].get(each, "")) for role in Role)) for each in Permission),
    )


def _groups() -> Iterator[str]:
    yield "### Role by group of fields"
    yield ""
    yield from _table(
        ("Group", *(f"`{role}`" for role in Role)),
        ((f"`{group}`", *(_touches(role, group) for role in Role)) for group in FieldGroup),
    )


def _touches(role: Role, group: FieldGroup) -> str:
    held = POLICY[role]
    reads, writes = READING[group] in held, Permission(f"{group}:write") in held
    return " and ".join(word for word, holds in (("reads", reads), ("writes", writes)) if holds)


def _operations(operations: Iterable[Operation]) -> Iterator[str]:
    yield "### Operation by role"
    yield ""
    yield from _table(
        ("Operation", "Address", "Asks for", "Shows", "Filters that ask for more", "Roles"),
        (_line(operation) for operation in operations),
    )


def _line(operation: Operation) -> tuple[str, ...]:
    address = f"`{operation.method} {operation.path}`"
    access = operation.access
    if access is None:
        asked = "a token" if operation.scope is None else f"`{operation.scope}`"
        return f"`{operation.id}`", address, asked, "", "", "every caller"
    filters = (f"`{name}`: `{READING[group]}`" for name, group in access.filters.items())
    return (
        f"`{operation.id}`",
        address,
        f"`{access.permission}`",
        ", ".join(_shown(access)),
        ", ".join(filters),
        ", ".join(operation.roles),
    )


def _shown(access: Access) -> Iterator[str]:
    """Name the groups that an operation shows; in brackets those that it leaves out for who does not read them."""
    yield from (group for group in FieldGroup if group in access.shows)
    yield from (f"({group})" for group in FieldGroup if group in access.may_show)


def _table(head: tuple[str, ...], lines: Iterable[tuple[str, ...]]) -> Iterator[str]:
    for line in (head, ("---",) * len(head), *lines):
        yield f"| {' | '.join(line)} |"
