"""The kind of treatment episodes."""

from datetime import timedelta
from uuid import UUID

from registry.api.records.kind import Decision, Desk, Draft, Kind
from registry.api.schemas import examples
from registry.api.schemas.cases import EpisodeBody, EpisodeIn, EpisodeOut
from registry.api.tags import Tag
from registry.db import aftercare as terms
from registry.db import episodes, organisations, persons, reach
from registry.db.persons import Owner
from registry.db.records import AnyRow
from registry.db.tables.cases import EpisodeRow
from registry.domain import aftercare, episode
from registry.domain.access import FieldGroup, OrganisationNotGranted, OrganisationScope, Permission
from registry.domain.episode import Episode, LegalBasis
from registry.domain.organisation import OrganisationUnknown, ReachReason
from registry.domain.person import PersonRestricted, Processing
from registry.domain.record import RecordState


async def decide_episode(desk: Desk, draft: Draft[EpisodeBody]) -> Decision:
    """Judge an episode beside all others of the same person, and let its provider reach the person."""
    body, person = draft.body, draft.owner
    await _require_provider(desk, body.provider_id, former=draft.former)
    _require_consent(draft)
    await persons.lock_root(desk.session, person)
    proposed = Episode(
        id=draft.id,
        course_id=body.course_id or draft.id,
        modality=body.modality,
        legal_basis=body.legal_basis,
        registered_on=body.registered_on,
        started_on=body.started_on,
        ended_on=body.ended_on,
        outcome=body.outcome,
    )
    episode.review(proposed, others=await episodes.of_root(desk.session, person.root_id), today=desk.actor.today)
    if isinstance(draft.former, EpisodeRow):
        followed = await _followed_courses(desk, person.root_id)
        aftercare.require_completion_kept(proposed, episodes.to_domain(draft.former), courses=followed)
    if draft.former is not None or body.provider_id is not None:
        await reach.follow(
            desk.session,
            person_id=person.id,
            unit_id=person.unit_id,
            because=ReachReason.EPISODE,
            record_id=draft.id,
            organisation_id=body.provider_id,
            from_on=desk.actor.today,
            ended_on=body.ended_on,
            linger=timedelta(days=desk.settings.reach_days),
        )
    derived = {"course_id": proposed.course_id, "track": proposed.track, "root_id": person.root_id}
    return Decision(draft.columns | derived)


async def review_void(desk: Desk, person: Owner | None, row: AnyRow) -> None:
    """Hold the course together: a stay that another goes on from is not taken from under it."""
    if person is not None and isinstance(row, EpisodeRow):
        await persons.lock_root(desk.session, person)
        others = await episodes.of_root(desk.session, row.root_id)
        episode.review_void(episodes.to_domain(row), others=others)
        aftercare.require_no_aftercare(episodes.to_domain(row), courses=await _followed_courses(desk, row.root_id))


async def follow_episode(desk: Desk, row: AnyRow) -> None:
    """End at once the reach that a voided stay had opened."""
    if isinstance(row, EpisodeRow) and row.state is RecordState.VOIDED:
        await reach.withdraw(desk.session, person_id=row.person_id, record_id=row.id, today=desk.actor.today)


async def _followed_courses(desk: Desk, root_id: UUID) -> set[UUID | None]:
    """The courses of a person that aftercare is recorded as following."""
    return {term.course_id for term in await terms.of_root(desk.session, root_id)}


async def _require_provider(desk: Desk, provider_id: UUID | None, *, former: AnyRow | None) -> None:
    scope = desk.actor.scope
    if isinstance(scope, OrganisationScope) and provider_id not in scope.organisations:
        raise OrganisationNotGranted(pointer="/provider_id")
    if isinstance(former, EpisodeRow) and former.provider_id == provider_id:
        return  # it treated whom it treated, also when it is voided since
    if provider_id is not None and not await organisations.exists_active(desk.session, provider_id):
        raise OrganisationUnknown(pointer="/provider_id")


def _require_consent(draft: Draft[EpisodeBody]) -> None:
    """Open a restricted person to no other organisation, unless a decision on compulsory treatment demands it."""
    body, former = draft.body, draft.former
    opens = body.provider_id is not None and not (
        isinstance(former, EpisodeRow) and former.provider_id == body.provider_id
    )
    if opens and draft.owner.processing is Processing.RESTRICTED and body.legal_basis is LegalBasis.VOLUNTARY:
        raise PersonRestricted(pointer="/provider_id")


EPISODES = Kind(
    table=EpisodeRow,
    collection="episodes",
    singular="episode",
    words="episode of treatment",
    tag=Tag.TREATMENT,
    create=EpisodeIn,
    body=EpisodeBody,
    out=EpisodeOut,
    read=Permission.TREATMENT_READ,
    write=Permission.TREATMENT_WRITE,
    groups=(FieldGroup.TREATMENT,),
    decide=decide_episode,
    dated_by="registered_on",
    about="One stay of one person with one provider. Community and facility exclude each other: one open "
    "episode, and no two that overlap; methadone runs beside them on a track of its own. A registration that has not "
    "begun is open too.",
    examples={
        "community": {
            "id": examples.EPISODE,
            "modality": "community",
            "legal_basis": "voluntary",
            "registered_on": "2020-03-12",
            "started_on": "2020-03-16",
            "planned_months": 6,
            "therapies": ["intake", "detoxification", "counselling"],
        }
    },
    correction={"planned_months": 12},
    refers_to=("provider_id",),
    refers_within=("course_id",),
    review_void=review_void,
    void_refusals=("course_continued", "course_in_aftercare"),
    follow=follow_episode,
)
