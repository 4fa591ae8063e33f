"""Operations that tell that somebody lives with HIV, whatever they were refused for: the service they name tells it."""

import re
from collections.abc import Iterable, Iterator
from uuid import UUID

from sqlmodel.ext.asyncio.session import AsyncSession

from registry.api.sync.push.outcome import Outcome
from registry.db import support_services
from registry.domain.referral import MEDICAL

_SERVICE = re.compile(rb'"service_id"\s*:\s*"([^"]{32,45})"')  # in any way of writing an id that a body may have


async def telling(session: AsyncSession, outcomes: Iterable[Outcome]) -> set[int]:
    """Find the places of operations that name a service of HIV care, by any verb and under any kind."""
    named = {each.sent.place: services for each in outcomes if (services := frozenset(_services_in(each)))}
    if not named:
        return set()
    medical = await support_services.of_kinds(session, frozenset().union(*named.values()), MEDICAL)
    return {place for place, services in named.items() if services & medical}


def _services_in(outcome: Outcome) -> Iterator[UUID]:
    """The services that an operation names, which may be no JSON where it could not be judged."""
    if outcome.operation is not None:
        service = getattr(outcome.operation.body, "service_id", None)
        if isinstance(service, UUID):
            yield service
        return
    for found in _SERVICE.finditer(outcome.sent.raw):
        try:
            yield UUID(found[1].decode())
        except ValueError:
            continue
