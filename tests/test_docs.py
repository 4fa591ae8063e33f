"""The documents are true where a program can tell: links, settings, commands, operations, tables, codes."""

import json
import re
from collections.abc import Iterator
from pathlib import Path

import pytest
import typer.main
from fastapi import FastAPI
from fastapi.routing import iter_route_contexts
from pydantic import SecretStr
from pydantic_core import to_jsonable_python
from typer.core import TyperGroup

from registry.api.app import create_app
from registry.api.problems import CATALOGUE
from registry.cli.commands import app as cli
from registry.db.tables.all import metadata
from registry.db.tables.columns import SealedText
from registry.domain.task import TaskKind
from registry.settings import Settings
from registry.vault.ring import new_entry
from registry.worker.jobs import JOBS

ROOT = Path(__file__).parents[1]
FRONT = [ROOT / name for name in ("README.md", "CHANGELOG.md", "CONTRIBUTING.md", "SECURITY.md")]
DOCUMENTS = [*FRONT, *sorted((ROOT / "docs").rglob("*.md"))]
DECISIONS = sorted((ROOT / "docs" / "adr").glob("*.md"))

LINK = re.compile(r"\]\(([^)\s]+)\)")
FENCE = re.compile(r"^```.*?^```", re.MULTILINE | re.DOTALL)
SETTING = re.compile(r"^\| `(REGISTRY_\w+)` \| (.+?) \| .+ \|$", re.MULTILINE)
COMMAND = re.compile(r"(?:^|[`/])(make|registry) ([a-z]+(?:-[a-z]+)*)(?: ([a-z]+(?:-[a-z]+)*))?", re.MULTILINE)
OPERATION = re.compile(r"\b(GET|POST|PATCH) (/(?:v1|health)[\w/{}-]*)")
ANSWERED = re.compile(r"\b(?:4\d\d|503) `([a-z_]+)`")
A_UUID = "0b0a8f0e-5d0b-4c58-9d7e-6f1f0f1a7c11"
LONGEST_DECISION = 40


def of_each_document() -> pytest.MarkDecorator:
    return pytest.mark.parametrize("document", DOCUMENTS, ids=lambda path: str(path.relative_to(ROOT)))


def anchors(document: Path) -> set[str]:
    """Name the headings of a page as its links do."""
    headings = re.findall(r"^#+ (.+)$", FENCE.sub("", document.read_text("utf-8")), re.MULTILINE)
    return {re.sub(r"[^\w -]", "", heading.lower()).replace(" ", "-") for heading in headings}


def links(document: Path) -> Iterator[tuple[Path, str]]:
    """Yield the file and the anchor of every link into the repository."""
    for target in LINK.findall(FENCE.sub("", document.read_text("utf-8"))):
        if not target.startswith(("http:", "https:", "mailto:")):
            file, _, anchor = target.partition("#")
            yield (document.parent / file).resolve() if file else document, anchor


def make_targets() -> set[str]:
    return set(re.findall(r"^([a-z-]+):", (ROOT / "Makefile").read_text("utf-8"), re.MULTILINE))


@pytest.fixture(scope="module")
def app() -> FastAPI:
    """The application as the documents speak of it; no request is made."""
    return create_app(
        Settings(secret=SecretStr("for reading the routes, not for serving"), master_keys=SecretStr(new_entry(1)))
    )


@of_each_document()
def test_links_lead_somewhere(document: Path) -> None:
    for file, anchor in links(document):
        assert file.exists(), file
        assert file.is_relative_to(ROOT), file
        assert not anchor or anchor in anchors(file), f"{file}#{anchor}"


def test_every_page_is_reached_from_the_front() -> None:
    seen: set[Path] = set()
    waiting = [ROOT / "README.md"]
    while waiting:
        page = waiting.pop()
        if page not in seen and page.suffix == ".md":
            seen.add(page)
            waiting += [file for file, _ in links(page)]
    assert set(DOCUMENTS) <= seen, set(DOCUMENTS) - seen


def test_every_setting_is_documented_with_its_default() -> None:
    documented = dict(SETTING.findall((ROOT / "docs" / "operations.md").read_text("utf-8")))
    settings = {f"REGISTRY_{name.upper()}": field.default for name, field in Settings.model_fields.items()}
    assert documented == {
        name: "none" if default is None else f"`{json.dumps(default, default=to_jsonable_python).strip(chr(34))}`"
        for name, default in settings.items()
    }


def test_decisions_are_numbered_and_have_their_parts() -> None:
    numbers = [path.name.partition("-")[0] for path in DECISIONS]
    assert numbers == [f"{int(number):04}" for number in numbers]
    assert len(set(numbers)) == len(numbers)
    for path in DECISIONS:
        text = path.read_text("utf-8")
        assert text.startswith(f"# {path.name[:4]} "), path.name
        assert re.findall("^## (.+)$", text, re.MULTILINE) == ["Context", "Decision", "Consequences"], path.name
        assert len(text.splitlines()) <= LONGEST_DECISION, path.name


@of_each_document()
def test_commands_exist(document: Path) -> None:
    root = typer.main.get_command(cli)
    assert isinstance(root, TyperGroup)
    for program, name, below in COMMAND.findall(document.read_text("utf-8")):
        if program == "make":
            assert name in make_targets(), f"make {name}"
            continue
        command = root.commands.get(name)
        assert command is not None, f"registry {name}"
        if below and isinstance(command, TyperGroup):
            assert below in command.commands, f"registry {name} {below}"


@of_each_document()
def test_operations_exist(document: Path, app: FastAPI) -> None:
    routes = [route for route in iter_route_contexts(app.routes) if route.methods]
    for method, path in OPERATION.findall(document.read_text("utf-8")):
        address = re.sub(r"\{[a-z_]*id\}", A_UUID, path)
        assert any(method in (route.methods or ()) and route.path_regex.match(address) for route in routes), (
            f"{method} {path}"
        )


@of_each_document()
def test_problems_exist_with_their_status(document: Path) -> None:
    for answer in re.finditer(ANSWERED, document.read_text("utf-8")):
        status, code = answer[0][:3], answer[1]
        assert code in CATALOGUE, code
        assert CATALOGUE[code].status == int(status), answer[0]


def test_every_table_is_in_the_data_model_and_in_the_plan_for_scaling() -> None:
    for page in ("data-model.md", "scaling.md"):
        named = set(re.findall(r"`([a-z_]+)`", (ROOT / "docs" / page).read_text("utf-8")))
        assert set(metadata.tables) <= named, f"{page}: {set(metadata.tables) - named}"


def first_column(page: str, heading: str) -> str:
    """What the first table below a heading names in its first column."""
    text = (ROOT / "docs" / page).read_text("utf-8").partition(f"\n## {heading}\n")[2]
    table = re.search(r"(?:^\|.*\n)+", text, re.MULTILINE)
    assert table is not None, heading
    return "\n".join(line.split("|")[1] for line in table[0].splitlines())


def test_every_job_of_the_worker_stands_in_the_table() -> None:
    assert sorted(re.findall(r"`(\w+)`", first_column("operations.md", "The worker"))) == sorted(
        job.name for job in JOBS
    )


def test_every_kind_of_task_stands_in_the_table() -> None:
    assert sorted(re.findall(r"`(\w+)`", first_column("tasks.md", "Kinds"))) == sorted(TaskKind)


def test_every_sealed_column_stands_in_the_table() -> None:
    sealed = {
        f"{table.name}.{column.name}"
        for table in metadata.tables.values()
        for column in table.columns
        if isinstance(column.type, SealedText) and column.name != "void_reason"
    }
    assert sealed <= set(re.findall(r"`(\w+\.\w+)`", first_column("encryption.md", "What is encrypted")))
