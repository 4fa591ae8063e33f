"""The communes of a small world, and what is kept in each."""

from collections.abc import Mapping
from dataclasses import dataclass, field

from registry.api.records.kind import Kind
from tests.factories.bodies import Body

OWN, NEIGHBOUR, ELSEWHERE = "own", "neighbour", "elsewhere"
COMMUNES = {OWN: ("22015", "66"), NEIGHBOUR: ("22258", "66"), ELSEWHERE: ("00004", "01")}
"""Two communes of one province and one of another, on today's map."""
_NAMED: Mapping[str, str] = {
    "organisation_id": "counselling_point",
    "session_id": "session",
    "service_id": "support_service",
    "worker_id": "network_worker",
    "speaker_id": "network_worker",
    "counselling_point_id": "counselling_point",
    "plan_id": "plan",
    "target_id": "plan_target",
}
"""The record of the place that a field names."""
_NAMED_OTHERWISE: Mapping[tuple[str, str], str] = {
    **dict.fromkeys(
        ((kind, "organisation_id") for kind in ("club_guidance_visit", "club_rating", "membership")), "club"
    ),
    ("plan_review", "plan_id"): "approved_plan",
}
"""What the field of a kind names where it is not what others name by it."""
_OF_NETWORK = {"counselling_point", "club", "network_worker", "worker_training"}
"""What officers of the place's organisations read, though no field of it names these: workers are appointed there."""


@dataclass
class Place:
    """A commune and everything there, by the singular of its kind."""

    name: str
    commune: str
    bodies: dict[str, Body] = field(default_factory=dict)

    @property
    def person_id(self) -> str:
        return self.id_of("person")

    def id_of(self, singular: str) -> str:
        return str(self.bodies[singular]["id"])

    def is_of_network(self, singular: str) -> bool:
        """Whether a record that no person owns is the counselling point's own, or the club's, or of a worker there."""
        return singular in _OF_NETWORK or "organisation_id" in self.bodies[singular]

    def named_by(self, kind: Kind, field: str) -> str:
        """The id of the record of the place that a field names."""
        return self.id_of(_NAMED_OTHERWISE.get((kind.singular, field)) or _NAMED[field])
