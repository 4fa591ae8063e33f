"""The kind of volunteer social-work teams."""

from registry.api.kinds.organisations import placed
from registry.api.kinds.own_organisations import VOID_REFUSALS, left_open, listed_as, unused
from registry.api.records.kind import Decision, Desk, Draft, Kind
from registry.api.schemas import examples
from registry.api.schemas.volunteer_teams import VolunteerTeamBody, VolunteerTeamIn, VolunteerTeamOut
from registry.api.tags import Tag
from registry.db import own_organisations
from registry.db.tables.network import VolunteerTeamRow
from registry.domain.access import Permission
from registry.domain.organisation import OrganisationKind
from registry.domain.volunteer_team import Tenure, require_alone


async def decide_team(desk: Desk, draft: Draft[VolunteerTeamBody]) -> Decision:
    """Place a team on the map of its founding, beside no other of its commune."""
    body, place = draft.body, placed(desk, draft.body)
    standing = await own_organisations.standing_in(desk.session, VolunteerTeamRow, place["unit_id"], without=draft.id)
    team = Tenure(place["site_unit_id"], body.opened_on, body.closed_on)
    others = [Tenure(row.site_unit_id, row.opened_on, row.closed_on) for row in standing]
    require_alone(team, others, atlas=desk.atlas, pointer="/unit_code")
    return Decision(draft.columns | place, await left_open(desk, draft))


VOLUNTEER_TEAMS = Kind(
    table=VolunteerTeamRow,
    collection="volunteer-teams",
    singular="volunteer_team",
    words="volunteer team",
    tag=Tag.NETWORK,
    create=VolunteerTeamIn,
    body=VolunteerTeamBody,
    out=VolunteerTeamOut,
    read=Permission.NETWORK_READ,
    write=Permission.NETWORK_WRITE,
    groups=(),
    decide=decide_team,
    dated_by="opened_on",
    about="A volunteer social-work team (đội công tác xã hội tình nguyện), which a commune's chair founds and "
    "dissolves. A commune has one at a time: a second one on the same days is refused. It is an organisation: the same "
    "id stands in the directory, `GET /v1/organisations`, and in grants of the role `network_officer`. Leader, "
    "deputies and volunteers are appointments.",
    examples={
        "of_a_commune": {
            "id": examples.VOLUNTEER_TEAM,
            "code": "PY-DTN-22015",
            "name": "Đội công tác xã hội tình nguyện phường 1",
            "unit_code": examples.UNIT_CODE,
            "opened_on": "2019-04-02",
            "decision_number": "21/QĐ-UBND",
            "decision_on": "2019-03-29",
            "issuer": "Chủ tịch UBND phường 1",
        }
    },
    correction={"decision_number": "22/QĐ-UBND"},
    follow=listed_as(OrganisationKind.VOLUNTEER_TEAM),
    review_void=unused,
    void_refusals=VOID_REFUSALS,
)
