"""The office of an administrator who works over HTTP."""

from registry.api.records.kind import Desk
from registry.usecases.office import Office


def office_of(desk: Desk) -> Office:
    """Administer access from a desk, within the actor's reach."""
    actor = desk.actor
    return Office(desk.session, actor.act, desk.atlas, actor.today, actor.scope)
