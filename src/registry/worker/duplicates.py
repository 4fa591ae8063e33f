"""Groups in which duplicates are looked for, made anew after a change of the secret or of the rules."""

from registry.keys import Keys
from registry.usecases.match_passes import Pass, Search, begin, go_on
from registry.worker.job import Shift

BATCHES = 10
"""How many are done in one run; the next one goes on. Whoever cannot wait runs `registry duplicates scan`."""


async def put_into_groups(shift: Shift) -> None:
    """Put people into the groups of today, where they are in those of another secret or of a former release."""
    settings, session = shift.settings, shift.session
    keys, ring = Keys.derive(settings.secret_key()), settings.key_ring()
    search = Search(keys, ring, await shift.map.read(session), shift.now, shift.today)
    await begin(session, search, Pass.GROUPS, again=False)
    for _ in range(BATCHES):
        if (await go_on(session, search, Pass.GROUPS)).last is None:
            return
