"""The kinds of clubs, of the guidance that they get, and of how they are rated."""

from collections.abc import Sequence

from registry import rating_scales
from registry.api.kinds.organisations import placed
from registry.api.kinds.own_organisations import VOID_REFUSALS, left_open, listed_as, overseen, unused, within_reach
from registry.api.records.kind import Decision, Desk, Draft, Kind
from registry.api.schemas import examples
from registry.api.schemas.clubs import (
    ClubBody,
    ClubCount,
    ClubGuidanceVisitBody,
    ClubGuidanceVisitIn,
    ClubGuidanceVisitOut,
    ClubIn,
    ClubOut,
    ClubRatingBody,
    ClubRatingIn,
    ClubRatingOut,
)
from registry.api.tags import Tag
from registry.db.tables.clubs import ClubGuidanceVisitRow, ClubRatingRow, ClubRow
from registry.domain import breach, club, rating
from registry.domain.access import Permission
from registry.domain.organisation import OrganisationKind
from registry.domain.person import Warning as Remark
from registry.domain.rating import ClubYear


async def decide_club(desk: Desk, draft: Draft[ClubBody]) -> Decision:
    """Place a club on the map of its founding; its programme is one whose clubs are rated. What was counted is kept."""
    body = draft.body
    counts = _earlier_counts(draft)
    club.review_counts([each.counted_on for each in counts], body.counted_on, today=desk.actor.today)
    rating.require_programme(rating_scales.load(), body.programme, pointer="/programme")
    kept = [each.model_dump(mode="json") for each in counts]
    place = placed(desk, body)
    return Decision(draft.columns | {"earlier_counts": kept} | place, await left_open(desk, draft))


def _earlier_counts(draft: Draft[ClubBody]) -> Sequence[ClubCount]:
    """List the earlier counts as they are stated, or with the one after which the club has been counted anew."""
    stated = draft.body.earlier_counts
    if draft.former is None:
        return stated
    former = ClubBody.model_validate(draft.former, from_attributes=True)
    if stated != former.earlier_counts or not club.is_new_count(former.counted_on, draft.body.counted_on):
        return stated
    return [*stated, ClubCount.model_validate(former.model_dump(include=set(ClubCount.model_fields)))]


async def decide_guidance(desk: Desk, draft: Draft[ClubGuidanceVisitBody]) -> Decision:
    """Place guidance with the club that got it; no club guides itself."""
    body = draft.body
    seat = await overseen(desk, body.organisation_id, OrganisationKind.AFTERCARE_CLUB)
    opened_on, closed_on, today = seat.opened_on, seat.closed_on, desk.actor.today
    club.review_guidance(body.visited_on, opened_on=opened_on, closed_on=closed_on, today=today)
    commune, _ = desk.atlas.there(seat.site_unit_id, body.visited_on)
    speaks = breach.may_identify(body.topic)
    remarks = (Remark("text_may_identify", "/topic"),) if speaks else ()
    return Decision(draft.columns | {"unit_id": seat.unit_id, "commune_unit_id": commune}, remarks)


async def decide_rating(desk: Desk, draft: Draft[ClubRatingBody]) -> Decision:
    """Judge a grade on the scale of the club's programme; one rating of a year is the database's to hold."""
    body = draft.body
    await overseen(desk, body.organisation_id, OrganisationKind.AFTERCARE_CLUB)
    rated = await desk.session.get_one(ClubRow, body.organisation_id)
    year = ClubYear(rated.programme, rated.opened_on, rated.closed_on, body.year)
    counts_from = rating.review(year, rated_on=body.rated_on, today=desk.actor.today)
    rank = rating.rank_on(rating_scales.load(), rated.programme, body.year, body.rating, pointer="/rating")
    commune, _ = desk.atlas.there(rated.site_unit_id, counts_from)
    derived = {"programme": rated.programme, "rank": rank, "counts_from": counts_from}
    return Decision(draft.columns | derived | {"unit_id": rated.unit_id, "commune_unit_id": commune})


CLUBS = Kind(
    table=ClubRow,
    collection="clubs",
    singular="club",
    words="club",
    tag=Tag.NETWORK,
    create=ClubIn,
    body=ClubBody,
    out=ClubOut,
    read=Permission.NETWORK_READ,
    write=Permission.NETWORK_WRITE,
    groups=(),
    decide=decide_club,
    dated_by="opened_on",
    about="A club of people after rehabilitation (CLB hỗ trợ người sau cai, CLB B93), founded by a decision. It is an "
    "organisation: the same id stands in the directory, `GET /v1/organisations`, and in grants of the role "
    "`network_officer`. Its board are appointments (`chair`, `board_member`); members on file are memberships.",
    examples={
        "of_a_commune": {
            "id": examples.CLUB,
            "code": "PY-CLB-22015",
            "name": "Câu lạc bộ B93 phường 1",
            "unit_code": examples.UNIT_CODE,
            "opened_on": "2019-04-02",
            "decision_number": "25/QĐ-UBND",
            "decision_on": "2019-03-29",
            "issuer": "Chủ tịch UBND phường 1",
            "programme": "b93",
            "place": "Nhà văn hóa phường 1",
            "family_count": 12,
            "volunteer_count": 4,
            "counted_on": "2020-06-30",
        }
    },
    correction={"place": "Trụ sở UBND phường 1"},
    follow=listed_as(OrganisationKind.AFTERCARE_CLUB),
    review_void=unused,
    void_refusals=VOID_REFUSALS,
)
CLUB_GUIDANCE_VISITS = Kind(
    table=ClubGuidanceVisitRow,
    collection="club-guidance-visits",
    singular="club_guidance_visit",
    words="guidance visit to a club",
    tag=Tag.NETWORK,
    create=ClubGuidanceVisitIn,
    body=ClubGuidanceVisitBody,
    out=ClubGuidanceVisitOut,
    read=Permission.NETWORK_READ,
    write=Permission.NETWORK_WRITE,
    groups=(),
    decide=decide_guidance,
    dated_by="visited_on",
    about="The province, or whoever is in charge of the unit, guided a club at its place: when, by which body, on "
    "what, and what was found wanting. The club reads it, and does not write it.",
    examples={
        "of_the_province": {
            "id": examples.CLUB_GUIDANCE_VISIT,
            "organisation_id": examples.CLUB,
            "visited_on": "2020-05-12",
            "guided_by": "Chi cục Phòng, chống tệ nạn xã hội tỉnh Phú Yên",
            "topic": "Nội dung sinh hoạt, sổ sách",
            "findings": ["files_incomplete"],
        }
    },
    correction={"place": "Nhà văn hóa phường 1"},
    review_void=within_reach,
    void_refusals=("unit_not_granted",),
    refers_to=("organisation_id",),
)
CLUB_RATINGS = Kind(
    table=ClubRatingRow,
    collection="club-ratings",
    singular="club_rating",
    words="yearly rating of a club",
    tag=Tag.NETWORK,
    create=ClubRatingIn,
    body=ClubRatingBody,
    out=ClubRatingOut,
    read=Permission.NETWORK_READ,
    write=Permission.NETWORK_WRITE,
    groups=(),
    decide=decide_rating,
    dated_by="rated_on",
    about="How a club is rated for a year, on the scale of its programme (`GET /v1/rating-scales`). One rating of a "
    "club and year; correct it instead. It counts from the day on which it was given, at the latest on the last day of "
    "the year. Targets `rating_at_least` compare it with the grade that they ask for.",
    examples={
        "of_2019": {
            "id": examples.CLUB_RATING,
            "organisation_id": examples.CLUB,
            "year": 2019,
            "rating": "kha",
            "rated_on": "2019-12-20",
            "issuer": "UBND thành phố Tuy Hòa",
        }
    },
    correction={"decision_number": "112/QĐ-UBND"},
    review_void=within_reach,
    void_refusals=("unit_not_granted",),
    refers_to=("organisation_id",),
)
