"""Lists of records by GET: the dependency that lays out what a page needs, and the page as the answer."""

from collections.abc import Awaitable, Callable, Coroutine, Sequence
from dataclasses import dataclass
from typing import Any, NamedTuple, TypeVar

from fastapi import Depends, Request, Response

from registry.api.pagination import DEFAULT_LIMIT, CursorParameter, LimitParameter, ListPaging, Page, Slice, list_paging
from registry.api.records.desk import desk_for, reach_of
from registry.api.records.kind import Desk
from registry.db.pages import Order, Window
from registry.db.records import AnyRow
from registry.domain.access import FieldGroup, Permission

K = TypeVar("K", bound=NamedTuple)
P = TypeVar("P", bound=Page[Any])
R = TypeVar("R", bound=AnyRow)


@dataclass(frozen=True, slots=True)
class Listing:
    """A page of a list that is asked for at a desk.

    A handler opens the window, has the rows loaded, and answers: `window = listing.by(BY_NAME, unit)`,
    `rows = await pages.page(listing.desk.session, PlanRow, window)`, `return listing.answer(PlanPage, window, rows)`.
    """

    desk: Desk
    paging: ListPaging

    def by(self, order: Order[K], unit: str | None = None) -> Window[K]:
        """Open the window of the page, in all that the caller reaches or in a unit; refused beyond their grants."""
        return self.within(order, None if unit is None else reach_of(self.desk, unit))

    def within(self, order: Order[K], units: tuple[int, ...] | None) -> Window[K]:
        """Open the window of the page in units that the caller may ask for."""
        actor, paging = self.desk.actor, self.paging
        return Window(order, actor.scope, actor.today, paging.limit, paging.after(order.key), units)

    def cut(self, window: Window[Any], rows: Sequence[R]) -> Slice[R]:
        """Cut the page out of the rows of its window."""
        return self.paging.page(rows, key=window.order.key_of)

    def answer(self, page: type[P], window: Window[Any], rows: Sequence[AnyRow]) -> P:
        """Show the page, record by record as its schema says."""
        shown = self.cut(window, rows)
        return page.model_validate({"items": shown.items, "next": shown.next})


def listing_for(permission: Permission, *shows: FieldGroup) -> Callable[..., Coroutine[Any, Any, Listing]]:
    """Make the dependency of lists that need a permission, and may show groups of fields."""
    return listing_at(desk_for(permission, *shows))


def listing_at(laid_out: Callable[..., Awaitable[Desk]]) -> Callable[..., Coroutine[Any, Any, Listing]]:
    """Make the dependency of lists at a certain desk."""

    async def opened(
        request: Request,
        response: Response,
        desk: Desk = Depends(laid_out),
        limit: LimitParameter = DEFAULT_LIMIT,
        cursor: CursorParameter = None,
    ) -> Listing:
        return Listing(desk, list_paging(request, response, subject=desk.actor.subject, limit=limit, cursor=cursor))

    return opened
