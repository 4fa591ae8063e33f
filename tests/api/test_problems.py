"""The catalogue is complete, and every problem has a page that explains it."""

import importlib
import pkgutil
import re
from collections.abc import Iterator
from html.parser import HTMLParser

import pytest
from fastapi import APIRouter, FastAPI

import registry
from registry.api import problems
from registry.api.language import Language
from registry.api.notices import SENTENCES, notice
from registry.api.problems import CATALOGUE, ProblemType
from registry.domain.errors import DomainError, Forbidden, NotFound, PreconditionFailed, RuleViolation
from tests.api.edge import build, client_of

FAMILIES: dict[type[DomainError], set[int]] = {
    NotFound: {404, 410},
    Forbidden: {403},
    RuleViolation: {409},
    PreconditionFailed: {412},
}


def refusals() -> list[type[DomainError]]:
    """Collect every refusal that the package defines."""
    for module in pkgutil.walk_packages(registry.__path__, "registry."):
        if not module.name.endswith("__main__"):
            importlib.import_module(module.name)
    ours = {
        kind for kind in descendants(DomainError) if kind.__module__.startswith("registry.") and "code" in vars(kind)
    }
    return sorted(ours, key=lambda kind: kind.code)


def descendants(kind: type[DomainError]) -> Iterator[type[DomainError]]:
    for child in kind.__subclasses__():
        yield child
        yield from descendants(child)


REFUSALS = refusals()


class TestCatalogue:
    def test_the_walk_sees_refusals(self) -> None:
        assert {"not_found", "malformed_json", "unauthenticated"} <= {kind.code for kind in REFUSALS}

    @pytest.mark.parametrize("kind", REFUSALS, ids=lambda kind: kind.code)
    def test_every_refusal_has_its_words_and_the_status_of_its_family(self, kind: type[DomainError]) -> None:
        status = CATALOGUE[kind.code].status
        assert 400 <= status <= 599
        for family, statuses in FAMILIES.items():
            if issubclass(kind, family):
                assert status in statuses

    def test_no_two_refusals_share_a_code(self) -> None:
        codes = [kind.code for kind in REFUSALS]
        assert sorted(set(codes)) == codes

    def test_no_code_is_explained_that_nobody_answers(self) -> None:
        assert set(CATALOGUE) == {kind.code for kind in REFUSALS}

    @pytest.mark.parametrize("code", CATALOGUE)
    def test_both_languages_name_the_same_facts(self, code: str) -> None:
        vietnamese, english = (CATALOGUE[code].words[language] for language in (Language.VI, Language.EN))
        assert names(vietnamese.detail) == names(english.detail)
        assert vietnamese.title != english.title

    @pytest.mark.parametrize("code", SENTENCES)
    def test_both_languages_of_a_notice_name_the_same_facts(self, code: str) -> None:
        assert names(SENTENCES[code][Language.VI]) == names(SENTENCES[code][Language.EN])

    def test_titles_tell_codes_apart(self) -> None:
        for language in Language:
            titles = [kind.words[language].title for kind in CATALOGUE.values()]
            assert len(set(titles)) == len(titles)

    def test_an_entry_without_english_is_refused(self) -> None:
        words = {"title": "a", "detail": "b", "about": "c"}
        with pytest.raises(KeyError):
            ProblemType.of("code", {"status": 409, "vi": words})

    @pytest.mark.parametrize("detail", ["{person.name}", "{names[0]}", "{on:%d}", "{value!r}", "{}"])
    def test_a_template_that_does_more_than_name_a_fact_is_refused(self, detail: str) -> None:
        words = {"title": "a", "detail": detail, "about": "c"}
        with pytest.raises(ValueError, match="plain names"):
            ProblemType.of("code", {"status": 409, "vi": words, "en": words})


def names(template: str) -> set[str]:
    return set(re.findall(r"{(\w+)}", template))


class TestNotices:
    def test_facts_are_shown_as_people_write_them(self) -> None:
        shown = notice("not_in_list", Language.EN, pointer="/kind", expected=["a", "b"])
        assert (shown.detail, shown.pointer) == ("This must be one of: a, b.", "/kind")

    def test_a_fact_that_is_not_given_does_not_fail(self) -> None:
        assert "…" in notice("too_long", Language.VI).detail


class Links(HTMLParser):
    """Collects what a page would fetch or lead to."""

    def __init__(self) -> None:
        super().__init__()
        self.tags: set[str] = set()
        self.links: set[str] = set()

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.tags.add(tag)
        self.links |= {value or "" for name, value in attrs if name in {"href", "src", "action", "style", "onclick"}}


class TestPages:
    @pytest.mark.parametrize("code", CATALOGUE)
    async def test_a_page_explains_its_problem_in_both_languages(self, code: str) -> None:
        async with client_of(build()) as client:
            page = await client.get(f"/problems/{code}")

        assert (page.status_code, page.headers["content-type"]) == (200, "text/html; charset=utf-8")
        assert code in page.text
        assert 'lang="vi"' in page.text
        assert 'lang="en"' in page.text

    @pytest.mark.parametrize("path", ["/problems", "/problems/not_found"])
    async def test_a_page_fetches_nothing_and_runs_nothing(self, path: str) -> None:
        async with client_of(build()) as client:
            page = await client.get(path)

        found = Links()
        found.feed(page.text)
        assert not found.tags & {"script", "img", "link", "iframe", "form"}
        assert all(link.startswith("/problems") for link in found.links)
        assert "default-src 'none'" in page.headers["content-security-policy"]

    async def test_the_index_leads_to_every_page(self) -> None:
        async with client_of(build()) as client:
            page = await client.get("/problems")

        found = Links()
        found.feed(page.text)
        assert found.links == {f"/problems/{code}" for code in CATALOGUE}

    @pytest.mark.parametrize("code", ["nothing", "NOT_FOUND", "<script>"])
    async def test_an_unknown_code_is_itself_a_problem(self, code: str) -> None:
        async with client_of(build()) as client:
            answer = await client.get(f"/problems/{code}")

        assert (answer.status_code, answer.json()["code"]) == (404, "path_not_found")
        assert code not in answer.json()["detail"]


def test_an_operation_documents_its_problems() -> None:
    router = APIRouter()

    @router.post("/visits", responses=problems.responses("not_found", "rule_violation", body=True))
    async def add_visit(visit: int) -> None:
        pass

    app = FastAPI()
    app.include_router(router)

    documented = app.openapi()["paths"]["/visits"]["post"]["responses"]
    assert set(documented) == {
        "200",
        "400",
        "404",
        "409",
        "408",
        "413",
        "414",
        "415",
        "422",
        "431",
        "500",
        "503",
    }
    assert documented["404"]["description"] == "- `not_found`: Not found"
    assert documented["422"]["content"]["application/json"]["schema"] == {"$ref": "#/components/schemas/Problem"}
