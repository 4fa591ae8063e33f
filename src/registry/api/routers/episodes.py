"""Treatment: episodes in the community, in a facility and with methadone, from registration to exit."""

from fastapi import Depends, Response

from registry.api import problems
from registry.api.kinds.episodes import EPISODES
from registry.api.records import flow
from registry.api.records.answers import GUARDED, TAGGED, present
from registry.api.records.desk import desk_for
from registry.api.records.kind import Desk
from registry.api.records.precondition import OptionalPrecondition
from registry.api.records.routes import key_of, person_record_routes
from registry.api.schemas.cases import ExitIn
from registry.api.schemas.fields import In
from registry.api.schemas.records import RecordOut, RecordRef
from registry.db import episodes
from registry.db.records import AnyRow, Key
from registry.db.tables.cases import EpisodeRow
from registry.domain import episode

_RULES = (
    "date_in_future",
    "dates_out_of_order",
    "methadone_is_voluntary",
    "compulsory_community_abolished",
    "episode_already_open",
    "episode_overlaps",
    "exit_incomplete",
    "outcome_does_not_fit",
    "course_unknown",
    "course_continued",
    "course_in_aftercare",
    "organisation_unknown",
    "organisation_not_granted",
)
router = person_record_routes(EPISODES, *_RULES)


@router.post(
    "/{id}/exit",
    summary="End an episode",
    response_model=EPISODES.answer,
    responses=TAGGED
    | problems.responses(
        *GUARDED,
        "not_found",
        "erased",
        "record_voided",
        "version_mismatch",
        "episode_already_closed",
        *_RULES,
        body=True,
    ),
)
async def exit_episode(
    body: ExitIn,
    response: Response,
    precondition: OptionalPrecondition,
    desk: Desk = Depends(desk_for(EPISODES.write, *EPISODES.groups)),
    key: Key = Depends(key_of(EPISODES)),
) -> RecordOut | RecordRef:
    """End an open episode, with the last day and the outcome.

    The end may be reported late; it never lies in the future. `declined_before_start` fits only an
    episode without a start, `completed` and `dropped_out` only one with a start. Sending the same end
    again is answered 200.
    """

    def leaving(row: AnyRow, _: In) -> dict[str, object]:
        if isinstance(row, EpisodeRow) and (row.ended_on, row.outcome) != (body.ended_on, body.outcome):
            episode.leave(episodes.to_domain(row), on=body.ended_on, outcome=body.outcome, today=desk.actor.today)
        return body.model_dump(mode="json")

    written = await flow.amend(desk, EPISODES, key, precondition, leaving)
    return await present(response, desk, EPISODES, written)
