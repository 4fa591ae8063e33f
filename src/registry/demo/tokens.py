"""Tokens of the demo that work at once: each is signed for a subject that holds the role it is named after."""

from dataclasses import dataclass, replace
from datetime import date, datetime
from uuid import UUID, uuid4

from sqlmodel.ext.asyncio.session import AsyncSession

from registry.db import pages, standing
from registry.db.pages import BY_NAME, Window
from registry.db.tables.situation import OrganisationRow
from registry.db.trail import Act
from registry.demo.issuer import CLIENT, ISSUER, DemoIssuer
from registry.domain.access import Purpose, Role, UnitScope
from registry.domain.atlas import Atlas
from registry.domain.client import ClientKind
from registry.domain.organisation import OrganisationKind
from registry.errors import CannotRun
from registry.usecases.clients import NewClient, register
from registry.usecases.grants import NewGrant, give
from registry.usecases.office import Office

PROVINCE = "54"
"""Phú Yên, which ended on 2025-07-01."""

COMMUNE = "22015"
"""Phường 1 of Tuy Hòa."""


@dataclass(frozen=True, slots=True)
class Post:
    """A role at a place: what a demo token stands for."""

    role: Role
    unit_code: str
    unit_on: date | None = None
    organisation_id: UUID | None = None

    @property
    def subject(self) -> str:
        """Whom the token speaks of: the same post is always held by the same subject."""
        parts = ("demo", self.role.value.replace("_", "-"), *(str(part) for part in self._place if part is not None))
        return "-".join(parts)

    def as_grant(self) -> NewGrant:
        """The grant that makes the post."""
        unit_code, unit_on, organisation_id = self._place
        return NewGrant(uuid4(), ISSUER, self.subject, self.role, unit_code, unit_on, organisation_id)

    @property
    def _place(self) -> tuple[str | None, date | None, UUID | None]:
        if self.role.acts_for_organisation:
            return None, None, self.organisation_id
        return self.unit_code, self.unit_on, self.organisation_id


POSTS = tuple(Post(role, COMMUNE if role is Role.COMMUNE_OFFICER else PROVINCE) for role in Role)
"""One post for each role."""


async def sign_in(
    session: AsyncSession, issuer: DemoIssuer, atlas: Atlas, post: Post, *, now: datetime, today: date
) -> str:
    """Sign a token for a post; subject and client are given what they lack: the grant, the registration."""
    if post.role.acts_for_organisation and post.organisation_id is None:
        post = replace(post, organisation_id=await _first_organisation(session, atlas, post, today))
    # A server's own token names itself as its subject; an officer's comes through the demo's client.
    is_server = post.role is Role.PROVINCE_SYSTEM
    client = post.subject if is_server else CLIENT
    held = await standing.of(session, issuer=ISSUER, subject=post.subject, client_id=client, vendor=None, today=today)
    office = Office(session, _act(now), atlas, today, scope=None)
    if not held.grants:
        await give(office, post.as_grant())
    if held.client is None:
        kind = ClientKind.SERVER if is_server else ClientKind.APP
        await register(office, NewClient(uuid4(), ISSUER, client, kind, label=f"Demo {kind}"))
    return issuer.token(post.subject, now=now, client_id=client)


async def _first_organisation(session: AsyncSession, atlas: Atlas, post: Post, today: date) -> UUID:
    """The first organisation of the place; for officers of the network the first team, since teams reach people."""
    reach = atlas.scope_of(atlas.latest(post.unit_code, today).unit_id, today)
    kind = OrganisationKind.VOLUNTEER_TEAM if post.role is Role.NETWORK_OFFICER else None
    window = Window(BY_NAME, UnitScope(reach), today, limit=1, units=reach)
    found = await pages.page(session, OrganisationRow, window, kind=kind)
    if not found:
        raise CannotRun(f"there is no organisation in {post.unit_code}: name one with --organisation")
    return found[0].id


def _act(now: datetime) -> Act:
    return Act(
        issuer=ISSUER,
        subject="registry token",
        client_id=CLIENT,
        on_behalf_of=None,
        purpose=Purpose.ADMINISTRATION,
        operation="registry token",
        request_id=uuid4(),
        at=now,
    )
