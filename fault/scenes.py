"""What a commune sets up around people, and does with them: scenes of a dozen records that name each other."""

from collections.abc import Callable, Sequence
from typing import Any

from fault.notebook import Notebook
from registry.domain.sync import SyncKind

OPERATIONS = 12
"""The most that a scene has."""

UNTOLD = frozenset(
    {SyncKind.RESIDENCE, SyncKind.COMMUNE_STATUS, SyncKind.SUSPECTED_COUNT, SyncKind.COMMUNE_POPULATION}
    | {SyncKind.PLAN_REVIEW}
)
"""What no scene tells of: a commune has too few of it to go round, and reviews are of approved plans. Homes come with
people."""

People = Sequence[str]
CONSENT = {"legal_basis": "consent"}


def take_place(notebook: Notebook, people: People) -> None:
    """Note down one of the scenes, with these people in it."""
    notebook.chance.choice(SCENES)(notebook, people)


def _counselling(notebook: Notebook, people: People) -> None:
    """A point counsels people, and refers one of them."""
    point = {"organisation_id": notebook.write(SyncKind.COUNSELLING_POINT, a_point(notebook))}
    counsellor = _appointed(notebook, point, "counsellor")
    held = {"held_on": notebook.day(90), "form": "group", "counsellor_id": counsellor, "on_file_count": len(people)}
    session = notebook.write(SyncKind.SESSION, point | held)
    for person in people:
        notebook.write(SyncKind.ATTENDANCE, CONSENT | {"session_id": session, "note": "Đã nghe hết."}, of=person)
    offered = {"kind": "vocational_training", "provider_name": "Trung tâm Giáo dục nghề nghiệp"}
    service = notebook.write(SyncKind.SUPPORT_SERVICE, notebook.places.any(notebook.chance) | offered)
    referral = point | CONSENT | {"service_id": service, "made_on": notebook.day(91)}
    notebook.write(SyncKind.REFERRAL, referral, of=people[0])


def _club(notebook: Notebook, people: People) -> None:
    """A club takes people in, meets, is guided and rated."""
    club = {"organisation_id": notebook.write(SyncKind.CLUB, _founded(notebook) | {"programme": "b93"})}
    _appointed(notebook, club, "chair")
    for person in people:
        membership = club | CONSENT | {"kind": "after_rehab", "from_on": notebook.day(30)}
        notebook.write(SyncKind.MEMBERSHIP, membership, of=person)
    meeting = {"held_on": notebook.day(60), "form": "meeting", "topic": "Vay vốn", "on_file_count": len(people)}
    session = notebook.write(SyncKind.SESSION, club | meeting)
    notebook.write(SyncKind.ATTENDANCE, CONSENT | {"session_id": session}, of=people[-1])
    notebook.write(SyncKind.CLUB_GUIDANCE_VISIT, club | {"visited_on": notebook.day(70), "guided_by": "Chi cục"})
    rating = {"year": notebook.places.on.year + 1, "rating": "kha", "rated_on": notebook.day(360)}
    notebook.write(SyncKind.CLUB_RATING, club | rating)


def _volunteers(notebook: Notebook, people: People) -> None:
    """A team of volunteers is founded, trained, and accompanies people."""
    since, founded = _a_month_of_a_team(notebook)
    team = {"organisation_id": notebook.write(SyncKind.VOLUNTEER_TEAM, founded)}
    volunteer = _appointed(notebook, team, "volunteer", since=since)
    course = {"topic": "Kỹ năng tư vấn", "from_on": notebook.day(10), "to_on": notebook.day(12)}
    notebook.write(SyncKind.WORKER_TRAINING, {"worker_id": volunteer, **course})
    for person in people:
        beginning = team | CONSENT | {"worker_id": volunteer, "from_on": notebook.day(since + 20)}
        accompaniment = notebook.write(SyncKind.ACCOMPANIMENT, beginning, of=person)
        visit = {"accompaniment_id": accompaniment, "visited_on": notebook.day(since + 21), "kind": "home_visit"}
        notebook.write(SyncKind.VISIT, visit, of=person)


def _decisions(notebook: Notebook, people: People) -> None:
    """The chair of a commune decides on education and on aftercare."""
    for person in people:
        education = {"from_on": notebook.day(10), "to_on": notebook.day(190), "ended_on": None}
        notebook.write(SyncKind.EDUCATION_MEASURE, education, of=person)
        aftercare = {"place": "residence", "from_on": notebook.day(500), "planned_months": 12}
        notebook.write(SyncKind.AFTERCARE, aftercare, of=person)


def _case(notebook: Notebook, people: People) -> None:
    """Somebody is found, put on file and treated, and asks what is held about them."""
    person, found = people[0], {"substances": ["heroin"]}
    number = f"0540{notebook.number:08}"
    notebook.write(SyncKind.IDENTITY_DOCUMENT, {"document_type": "cccd", "number": number}, of=person)
    notebook.write(SyncKind.DETERMINATION, found | {"determined_on": notebook.day(3), "result": "addicted"}, of=person)
    use = {"substance": "heroin", "route": "injecting", "noted_on": notebook.day(3)}
    notebook.write(SyncKind.SUBSTANCE_USE, use, of=person)
    notebook.write(SyncKind.FILE, {"category": "illegal_user", "opened_on": notebook.day(4)}, of=person)
    clinic = notebook.write(SyncKind.ORGANISATION, _founded(notebook) | {"kind": "health_station"})
    stay = {"modality": "community", "legal_basis": "voluntary", "provider_id": clinic, "planned_months": 6}
    dates = {"registered_on": notebook.day(9), "started_on": notebook.day(10)}
    notebook.write(SyncKind.EPISODE, stay | dates, of=person)
    asked = {"kind": "access", "channel": "in_person", "requester": "self", "received_on": notebook.day(20)}
    notebook.write(SyncKind.SUBJECT_REQUEST, asked, of=person)


def _plan(notebook: Notebook, _: People) -> None:
    """A commune plans, and tells how far it has come."""
    period = notebook.places.any(notebook.chance) | {"to_on": notebook.day(365)}
    document = {"document_number": "15/KH-UBND", "issued_on": period["from_on"], "issuer": "UBND phường"}
    due = {"plan_id": notebook.write(SyncKind.PLAN, period | document), "due_on": notebook.day(365)}
    at_least = {"kind": "level", "direction": "floor", "value": 4}
    points = {"title": "Thành lập điểm tư vấn", "organisation_kind": "counselling_point"}
    notebook.write(SyncKind.PLAN_TARGET, due | at_least | points)
    talks = {"title": "Tổ chức tuyên truyền", "stated_measure": "Buổi tuyên truyền"}
    target = notebook.write(SyncKind.PLAN_TARGET, due | at_least | talks)
    for days in (90, 180):
        told = {"target_id": target, "reported_on": notebook.day(days), "count": days // 90, "source": "Báo cáo quý"}
        notebook.write(SyncKind.TARGET_REPORT, told)
    place = {"unit_code": period["unit_code"], "held_on": notebook.day(80)}
    notebook.write(SyncKind.ACTIVITY, place | {"kind": "training", "topic": "Kỹ năng tư vấn"})


SCENES: Sequence[Callable[[Notebook, People], None]] = (_counselling, _club, _volunteers, _decisions, _case, _plan)


def a_point(notebook: Notebook) -> dict[str, Any]:
    """Tell of a counselling point."""
    openings = [{"weekday": "monday", "opens": "07:30", "closes": "11:30"}]
    return _founded(notebook) | {"opening_hours": openings, "services": ["group_counselling", "referral"]}


def _founded(notebook: Notebook) -> dict[str, Any]:
    """Tell of an organisation with what the directory shows of each."""
    place = notebook.places.any(notebook.chance)
    code = f"PY-{notebook.chance.getrandbits(64):016X}"
    return {"code": code, "name": "Cơ sở thử", "unit_code": place["unit_code"], "opened_on": place["from_on"]}


def _a_month_of_a_team(notebook: Notebook) -> tuple[int, dict[str, Any]]:
    """Tell of a team of one month: a commune has one at a time, and so every batch a commune and month of its own.

    The number is that of the day on which it was founded.
    """
    months, commune = divmod(notebook.number, len(notebook.places.codes))
    term = {"opened_on": notebook.day(30 * months), "closed_on": notebook.day(30 * months + 29)}
    return 30 * months, _founded(notebook) | term | {"unit_code": notebook.places.codes[commune]}


def _appointed(notebook: Notebook, organisation: dict[str, Any], role: str, *, since: int = 0) -> str:
    """Appoint somebody whom an office keeps; the id of the worker's entry."""
    somebody = {"full_name": f"Cán bộ Thử {notebook.chance.randrange(10**6)}"}
    worker = notebook.write(SyncKind.NETWORK_WORKER, notebook.places.any(notebook.chance) | somebody)
    appointment = {"worker_id": worker, "role": role, "time": "part_time", "from_on": notebook.day(since)}
    notebook.write(SyncKind.APPOINTMENT, organisation | appointment)
    return worker
