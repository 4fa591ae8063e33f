"""What the communes of the demo set up: points, clubs and volunteer teams, with the people who work there."""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import date, timedelta
from random import Random
from typing import Any
from uuid import UUID

from registry.api.kinds.clubs import CLUBS
from registry.api.kinds.counselling_points import COUNSELLING_POINTS
from registry.api.kinds.organisations import ORGANISATIONS
from registry.api.kinds.staffing import WORKERS
from registry.api.kinds.volunteer_teams import VOLUNTEER_TEAMS
from registry.api.schemas import examples
from registry.api.schemas.clubs import ClubIn
from registry.api.schemas.counselling_points import CounsellingPointIn, OpeningHours
from registry.api.schemas.medical import HivClientCountIn
from registry.api.schemas.situation import OrganisationIn
from registry.api.schemas.staffing import AppointmentIn, NetworkWorkerIn, WorkerTrainingIn
from registry.api.schemas.volunteer_teams import VolunteerTeamIn
from registry.demo import clubs, counselling
from registry.demo.batches import Posting
from registry.demo.clubs import Club
from registry.demo.counselling import Point
from registry.demo.people import People, day_between, new_id, read_data
from registry.domain.organisation import OrganisationKind
from registry.domain.staffing import StaffRole, WorkingTime
from registry.domain.sync import SyncKind
from registry.domain.unit import UnitVersion

_TEAMS_SINCE = date(2018, 1, 1), date(2020, 6, 30)
_CLOSED = {"closed_on": date(2023, 6, 30)}
_POINTS_SINCE = date(2019, 6, 1), date(2020, 9, 30)


@dataclass(frozen=True, slots=True)
class Team:
    """A volunteer team that may accompany people: since when, and who does."""

    organisation_id: UUID
    since: date
    volunteers: tuple[UUID, ...]


class Network:
    """Makes points, clubs and teams; the manual's commune has those of the manual, and its worker."""

    def __init__(self, rng: Random) -> None:
        self.services = tuple(counselling.services(rng))
        self.teams: dict[str, Team] = {}
        self.points: dict[str, Point] = {}
        self.clubs: dict[str, Club] = {}
        """What has been founded, by the codes of the communes."""
        self._rng = rng
        self._people = People(rng)
        self._data = read_data("community.toml")

    def team(self, commune: UnitVersion, *, closes: bool) -> tuple[Posting, ...]:
        """Found the team of a commune: its leader, a deputy and volunteers, and what its leader has learnt."""
        body = self._new_team(commune).model_copy(update=_CLOSED if closes else {})
        staff = self._staff(body.id, commune, body.opened_on, self._data["team_staff"])
        workers = [posting.body.id for posting in staff if posting.kind is SyncKind.NETWORK_WORKER]
        learnt_on = day_between(self._rng, body.opened_on, date(2021, 6, 1))
        volunteers = tuple(each.worker_id for each in _appointments(staff) if each.role is StaffRole.VOLUNTEER)
        training = WorkerTrainingIn(
            id=new_id(self._rng),
            worker_id=workers[0],
            **self._data["training"],
            from_on=learnt_on,
            to_on=learnt_on + timedelta(days=2),
            hours=24,
        )
        self.teams[commune.code] = Team(body.id, body.opened_on, volunteers)
        return Posting(SyncKind.VOLUNTEER_TEAM, body), *staff, Posting(SyncKind.WORKER_TRAINING, training)

    def point(self, commune: UnitVersion, *, closes: bool) -> tuple[Posting, ...]:
        """Launch the counselling point of a commune; one in three has nobody yet for one of its posts."""
        body = self._new_point(commune).model_copy(update=_CLOSED if closes else {})
        posts = self._data["point_staff"]
        filled = posts[:-1] if self._rng.random() < 1 / 3 else posts
        staff = self._staff(body.id, commune, body.opened_on, filled)
        lent = [Posting(SyncKind.NETWORK_WORKER, NetworkWorkerIn.model_validate(each)) for each in _lent_to(body)]
        speakers = tuple(each.worker_id for each in _appointments(staff))
        held = tuple(counselling.sessions(self._rng, body.id, opened_on=body.opened_on, speakers=speakers))
        sheets = (Posting(SyncKind.SESSION, session) for session in held)
        attended = tuple(session.id for session in held if counselling.are_named(session))
        self.points[commune.code] = Point(body.id, attended, self.services)
        return Posting(SyncKind.COUNSELLING_POINT, body), *lent, *staff, *sheets

    def club(self, commune: UnitVersion, *, closes: bool) -> tuple[Posting, ...]:
        """Found the club of a commune with its board."""
        body = self._new_club(commune).model_copy(update=_CLOSED if closes else {})
        board = self._staff(body.id, commune, body.opened_on, self._data["club_board"])
        held = tuple(clubs.meetings(self._rng, body.id, _appointments(board)[0].worker_id))
        self.clubs[commune.code] = Club(body.id, tuple((each.id, each.held_on) for each in held))
        return Posting(SyncKind.CLUB, body), *board, *(Posting(SyncKind.SESSION, each) for each in held)

    def hiv_client_counts(self, year: int) -> Iterator[HivClientCountIn]:
        """What health officers say of the last months of a year of each point, and nobody else sees."""
        for point in self.points.values():
            for month in (10, 11, 12):
                yield HivClientCountIn(
                    id=new_id(self._rng),
                    counselling_point_id=point.organisation_id,
                    year=year,
                    month=month,
                    client_count=self._rng.randint(0, 4),
                )

    def _new_club(self, commune: UnitVersion) -> ClubIn:
        if commune.code == examples.UNIT_CODE:
            return ClubIn.model_validate(CLUBS.examples["of_a_commune"])
        return ClubIn(
            id=new_id(self._rng),
            code=f"PY-CLB-{commune.code}",
            name=f"Câu lạc bộ B93 {in_a_sentence(commune)}",
            **self._founded(commune, day_between(self._rng, *_TEAMS_SINCE)),
            programme="b93",
            place=f"Nhà văn hóa {in_a_sentence(commune)}",
            family_count=self._rng.randint(5, 20),
            volunteer_count=self._rng.randint(2, 6),
            counted_on=date(2020, 12, 15),
        )

    def _new_team(self, commune: UnitVersion) -> VolunteerTeamIn:
        if commune.code == examples.UNIT_CODE:
            return VolunteerTeamIn.model_validate(VOLUNTEER_TEAMS.examples["of_a_commune"])
        opened_on = day_between(self._rng, *_TEAMS_SINCE)
        return VolunteerTeamIn(
            id=new_id(self._rng),
            code=f"PY-DTN-{commune.code}",
            name=f"Đội công tác xã hội tình nguyện {in_a_sentence(commune)}",
            **self._founded(commune, opened_on),
        )

    def _new_point(self, commune: UnitVersion) -> CounsellingPointIn:
        if commune.code == examples.UNIT_CODE:
            return CounsellingPointIn.model_validate(COUNSELLING_POINTS.examples["office_hours"])
        opened_on = day_between(self._rng, *_POINTS_SINCE)
        return CounsellingPointIn(
            id=new_id(self._rng),
            code=f"PY-DTV-{commune.code}",
            name=f"Điểm tư vấn, chăm sóc, hỗ trợ điều trị nghiện {in_a_sentence(commune)}",
            **self._founded(commune, opened_on),
            place=f"Trạm y tế {in_a_sentence(commune)}",
            opening_hours=[
                OpeningHours(weekday=day, opens=opens, closes=closes)
                for day in self._data["open_on"]
                for opens, closes in self._data["opening_hours"]
            ],
            services=self._data["services"],
        )

    def _founded(self, commune: UnitVersion, opened_on: date) -> dict[str, Any]:
        return {
            "unit_code": commune.code,
            "opened_on": opened_on,
            "decision_number": f"{self._rng.randint(10, 180)}/QĐ-UBND",
            "decision_on": opened_on - timedelta(days=self._rng.randint(3, 20)),
            "issuer": f"Chủ tịch UBND {in_a_sentence(commune)}",
        }

    def _staff(
        self, organisation_id: UUID, commune: UnitVersion, since: date, posts: Iterable[dict[str, str]]
    ) -> tuple[Posting, ...]:
        """Appoint somebody new to every post; a team keeps the entries of its volunteers, an office those of others."""
        staff: list[Posting] = []
        for post in posts:
            is_own = post["role"] == StaffRole.VOLUNTEER
            worker = NetworkWorkerIn(
                id=new_id(self._rng),
                full_name=self._people.person(born_in=since.year - self._rng.randint(25, 58)).full_name,
                position=f"{post['position']} {in_a_sentence(commune)}",
                employer=f"UBND {in_a_sentence(commune)}",
                from_on=since,
                **{"organisation_id": organisation_id} if is_own else {"unit_code": commune.code},
            )
            appointment = AppointmentIn(
                id=new_id(self._rng),
                worker_id=worker.id,
                organisation_id=organisation_id,
                role=StaffRole(post["role"]),
                time=WorkingTime(post["time"]),
                from_on=since,
            )
            staff += (Posting(SyncKind.NETWORK_WORKER, worker), Posting(SyncKind.APPOINTMENT, appointment))
        return tuple(staff)


def health_stations(rng: Random, communes: Iterable[UnitVersion]) -> Iterator[OrganisationIn]:
    """Found health stations, and the one of the manual's example."""
    yield OrganisationIn.model_validate(ORGANISATIONS.examples["health_station"])
    for commune in communes:
        yield OrganisationIn(
            id=new_id(rng),
            code=f"PY-TYT-{commune.code}",
            name=f"Trạm y tế {in_a_sentence(commune)}",
            kind=OrganisationKind.HEALTH_STATION,
            unit_code=commune.code,
            opened_on=date(2010, 1, 1),
        )


def in_a_sentence(commune: UnitVersion) -> str:
    """The name of a commune after other words: "phường 1", not "Phường 1"."""
    return f"{commune.name[:1].lower()}{commune.name[1:]}"


def _appointments(staff: Iterable[Posting]) -> list[AppointmentIn]:
    return [posting.body for posting in staff if isinstance(posting.body, AppointmentIn)]


def _lent_to(body: CounsellingPointIn) -> Iterator[dict[str, Any]]:
    """The worker of the manual, whom its examples appoint to its point."""
    if str(body.id) == examples.COUNSELLING_POINT:
        yield from (dict(each) for each in WORKERS.examples.values())
