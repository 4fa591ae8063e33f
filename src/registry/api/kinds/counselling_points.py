"""The kind of counselling points."""

from registry import staffing_norms
from registry.api.kinds.organisations import placed
from registry.api.kinds.own_organisations import VOID_REFUSALS, left_open, listed_as, unused
from registry.api.records.kind import Decision, Desk, Draft, Kind
from registry.api.schemas import examples
from registry.api.schemas.counselling_points import CounsellingPointBody, CounsellingPointIn, CounsellingPointOut
from registry.api.tags import Tag
from registry.db.tables.network import CounsellingPointRow
from registry.domain import network, staffing
from registry.domain.access import Permission
from registry.domain.network import Opening
from registry.domain.organisation import OrganisationKind


async def decide_point(desk: Desk, draft: Draft[CounsellingPointBody]) -> Decision:
    """Judge programme and opening hours, and place the point on the map of its launch."""
    body = draft.body
    staffing.require_programme(staffing_norms.load(), body.programme, pointer="/programme")
    openings = [Opening(each.weekday, each.opens, each.closes) for each in body.opening_hours]
    network.review_openings(openings, pointer="/opening_hours")
    return Decision(draft.columns | placed(desk, body), await left_open(desk, draft))


COUNSELLING_POINTS = Kind(
    table=CounsellingPointRow,
    collection="counselling-points",
    singular="counselling_point",
    words="counselling point",
    tag=Tag.NETWORK,
    create=CounsellingPointIn,
    body=CounsellingPointBody,
    out=CounsellingPointOut,
    read=Permission.NETWORK_READ,
    write=Permission.NETWORK_WRITE,
    groups=(),
    decide=decide_point,
    dated_by="opened_on",
    about="A point of counselling, care and support of addiction treatment in a commune: who founded it by which "
    "decision, where it is, when it is open and what it offers. It is an organisation: the same id stands in the "
    "directory, `GET /v1/organisations`, and in grants of the role `network_officer`. It is written here alone.",
    examples={
        "office_hours": {
            "id": examples.COUNSELLING_POINT,
            "code": "PY-DTV-22015",
            "name": "Điểm tư vấn, chăm sóc, hỗ trợ điều trị nghiện phường 1",
            "unit_code": examples.UNIT_CODE,
            "opened_on": "2020-06-26",
            "decision_number": "45/QĐ-UBND",
            "decision_on": "2020-06-15",
            "issuer": "Chủ tịch UBND phường 1",
            "programme": "community_counselling",
            "place": "Trụ sở UBND phường 1",
            "opening_hours": [
                {"weekday": "monday", "opens": "07:30", "closes": "11:30"},
                {"weekday": "monday", "opens": "13:30", "closes": "17:00"},
            ],
            "services": ["individual_counselling", "group_counselling", "referral"],
        }
    },
    correction={"place": "Trạm y tế phường 1"},
    follow=listed_as(OrganisationKind.COUNSELLING_POINT),
    review_void=unused,
    void_refusals=VOID_REFUSALS,
)
