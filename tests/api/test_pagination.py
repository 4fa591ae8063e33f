"""Keyset pages: complete, in order, and behind cursors that open for nobody else."""

from collections.abc import AsyncIterator
from datetime import date, timedelta
from itertools import pairwise
from typing import Annotated, Any, NamedTuple
from urllib.parse import parse_qs, urlsplit
from uuid import UUID

import httpx
import pytest
import pytest_asyncio
from fastapi import APIRouter, Header, Request, Response

from registry.api.pagination import (
    MAX_LIMIT,
    CursorInvalid,
    CursorParameter,
    FoundPage,
    LimitParameter,
    Page,
    Seal,
    SearchIn,
    list_paging,
    search_paging,
)
from registry.api.schemas.fields import Out
from registry.api.strict_json import StrictRoute
from registry.keys import Keys
from tests.api.edge import build, client_of

Subject = Annotated[str, Header()]


class VisitKey(NamedTuple):
    on: date
    name: str | None
    id: UUID


VISITS = [
    VisitKey(date(2020, 1, 1) + timedelta(days=n // 3), None if n % 2 else "Đặng Thị Ưu", UUID(int=n))
    for n in range(23)
]
"""Sorted by their key; the middle part is not compared, since dates and ids decide."""


class VisitOut(Out):
    id: UUID


class VisitPage(Page[VisitOut]):
    """Visits, the oldest first."""


class VisitFoundPage(FoundPage[VisitOut]):
    """Visits found."""


class VisitSearchIn(SearchIn):
    name: str | None = None


def after(key: VisitKey | None, limit: int) -> list[VisitKey]:
    """Stand in for a query: the rows after a key, one more than the limit."""
    rows = [visit for visit in VISITS if key is None or (visit.on, visit.id) > (key.on, key.id)]
    return rows[: limit + 1]


router = APIRouter(route_class=StrictRoute)


@router.get("/visits")
@router.get("/old-visits")
async def list_visits(
    request: Request,
    response: Response,
    subject: Subject,
    limit: LimitParameter = 50,
    cursor: CursorParameter = None,
) -> VisitPage:
    paging = list_paging(request, response, subject=subject, limit=limit, cursor=cursor)
    page = paging.page(after(paging.after(VisitKey), paging.limit), key=lambda visit: visit)
    return VisitPage(items=[VisitOut(id=visit.id) for visit in page.items], next=page.next)


@router.post("/visits/search")
async def search_visits(request: Request, subject: Subject, body: VisitSearchIn) -> VisitFoundPage:
    paging = search_paging(request, body, subject=subject)
    page = paging.page(after(paging.after(VisitKey), paging.limit), key=lambda visit: visit)
    return VisitFoundPage(items=[VisitOut(id=visit.id) for visit in page.items], next_cursor=page.next)


@pytest_asyncio.fixture(scope="module", loop_scope="session")
async def client() -> AsyncIterator[httpx.AsyncClient]:
    app = build(router)
    app.state.keys = Keys.derive(b"a secret that is long enough for it")
    async with client_of(app) as client:
        client.headers["subject"] = "an officer"
        yield client


def ids(page: dict[str, Any]) -> list[int]:
    return [UUID(item["id"]).int for item in page["items"]]


def refused(answer: httpx.Response) -> bool:
    return (answer.status_code, answer.json().get("code")) == (400, "cursor_invalid")


@pytest.mark.parametrize("limit", [1, 5, 22, 23, 24])
async def test_the_pages_of_a_list_joined_are_the_list(client: httpx.AsyncClient, limit: int) -> None:
    address, seen = f"/visits?limit={limit}", list[int]()
    while address:
        page = (await client.get(address)).json()
        assert 0 < len(page["items"]) <= limit
        seen += ids(page)
        address = page["next"]

    assert seen == list(range(23))


@pytest.mark.parametrize("limit", [1, 23])
async def test_the_pages_of_a_search_joined_are_the_result(client: httpx.AsyncClient, limit: int) -> None:
    body: dict[str, Any] | None = {"name": "Ưu", "limit": limit}
    seen: list[int] = []
    while body:
        page = (await client.post("/visits/search", json=body)).json()
        seen += ids(page)
        body = page["next_cursor"] and body | {"cursor": page["next_cursor"]}

    assert seen == list(range(23))


async def test_a_list_keeps_its_filters_and_says_the_same_in_link(client: httpx.AsyncClient) -> None:
    answer = await client.get("/visits", params={"kind": "ă & b", "limit": 2})

    following = answer.json()["next"]
    assert answer.headers["link"] == f'<{following}>; rel="next"'
    split = urlsplit(following)
    query = parse_qs(split.query)
    assert (split.scheme, split.netloc, split.path) == ("", "", "/visits")
    assert (query["kind"], query["limit"], len(query["cursor"])) == (["ă & b"], ["2"], 1)
    assert ids((await client.get(following)).json()) == [2, 3]


async def test_the_last_page_has_no_link(client: httpx.AsyncClient) -> None:
    answer = await client.get("/visits")

    assert answer.json()["next"] is None
    assert "link" not in answer.headers


async def test_the_page_size_may_change_on_the_way(client: httpx.AsyncClient) -> None:
    following = (await client.get("/visits?limit=2")).json()["next"]

    assert ids((await client.get(following.replace("limit=2", "limit=3"))).json()) == [2, 3, 4]


@pytest.mark.parametrize("limit", ["0", str(MAX_LIMIT + 1), "all"])
async def test_a_page_has_a_ceiling(client: httpx.AsyncClient, limit: str) -> None:
    answer = await client.get("/visits", params={"limit": limit})

    assert answer.status_code == 422
    assert answer.json()["errors"][0]["parameter"] == "limit"


async def test_a_cursor_tells_nothing(client: httpx.AsyncClient) -> None:
    first, second = [(await client.get("/visits?limit=1")).json()["next"] for _ in range(2)]

    assert first != second
    assert "2020" not in first


class TestForeignCursors:
    async def test_another_caller(self, client: httpx.AsyncClient) -> None:
        following = (await client.get("/visits?limit=2")).json()["next"]

        assert refused(await client.get(following, headers={"subject": "another officer"}))

    @pytest.mark.parametrize(("path", "kind"), [("/visits", "b"), ("/visits", None), ("/old-visits", "a")])
    async def test_another_list_or_filter(self, client: httpx.AsyncClient, path: str, kind: str | None) -> None:
        following = (await client.get("/visits?kind=a&limit=2")).json()["next"]
        cursor = parse_qs(urlsplit(following).query)["cursor"][0]
        same = await client.get("/visits", params={"kind": "a", "cursor": cursor})

        other = await client.get(path, params={"cursor": cursor} | ({} if kind is None else {"kind": kind}))

        assert (same.status_code, refused(other)) == (200, True)

    async def test_a_search_with_other_conditions(self, client: httpx.AsyncClient) -> None:
        first = await client.post("/visits/search", json={"name": "Ưu", "limit": 2})
        cursor = first.json()["next_cursor"]

        assert refused(await client.post("/visits/search", json={"name": "Anh", "cursor": cursor}))
        assert refused(await client.post("/visits/search", json={"cursor": cursor}))

    async def test_another_secret(self) -> None:
        theirs, ours = (Seal.of(master, subject="a", resource="/b", filters=[]) for master in (b"theirs", b"ours"))

        with pytest.raises(CursorInvalid):
            ours.open(theirs.close(b"[]"))


class TestDamagedCursors:
    @pytest.mark.parametrize("cursor", ["", "a", "AAAA", "A" * 400, "ă", "%20", "A" * 27 + "="])
    async def test_what_was_never_a_cursor(self, client: httpx.AsyncClient, cursor: str) -> None:
        assert refused(await client.get("/visits", params={"cursor": cursor}))

    def test_any_character_changed(self) -> None:
        seal = Seal.of(b"secret", subject="a", resource="/b", filters=[])
        cursor = seal.close(b'["2020-01-01"]')

        for place, letter in enumerate(cursor):
            damaged = cursor[:place] + ("A" if letter != "A" else "B") + cursor[place + 1 :]
            with pytest.raises(CursorInvalid):
                seal.open(damaged)

    @pytest.mark.parametrize("extra", ["=", "!", " ", "\n", "A"])
    def test_anything_added(self, extra: str) -> None:
        seal = Seal.of(b"secret", subject="a", resource="/b", filters=[])

        with pytest.raises(CursorInvalid):
            seal.open(seal.close(b"[]") + extra)

    async def test_a_sort_key_that_the_list_no_longer_has(self, client: httpx.AsyncClient) -> None:
        keys = Keys.derive(b"a secret that is long enough for it")
        seal = Seal.of(keys.cursor, subject="an officer", resource="/visits", filters=[])

        assert refused(await client.get("/visits", params={"cursor": seal.close(b'["2020-01-01"]')}))


def test_the_rows_used_are_in_order() -> None:
    """Or the tests above would pass on a list that has no order to lose."""
    assert all((one.on, one.id) < (two.on, two.id) for one, two in pairwise(VISITS))
