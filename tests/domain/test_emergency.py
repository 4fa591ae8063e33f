"""What an emergency access opens, to whom and how long."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import Any
from uuid import uuid4

import pytest

from registry.domain.access import FieldGroup
from registry.domain.emergency import (
    LASTS,
    OPENED,
    EmergencyAccess,
    EmergencyCapReached,
    EmergencyState,
    MedicalState,
    is_fresh,
    require_below_cap,
)

AT = datetime(2026, 11, 21, 3, 0, tzinfo=UTC)
SECOND = timedelta(seconds=1)
HOUR = timedelta(hours=1)
PERSON, GRANT = uuid4(), uuid4()


def an_access(**over: Any) -> EmergencyAccess:  # noqa: ANN401 - fields of an access
    opened = EmergencyAccess(PERSON, GRANT, EmergencyState.OPEN, MedicalState.NOT_REQUESTED, AT + LASTS)
    return replace(opened, **over)


def opens(access: EmergencyAccess, *groups: FieldGroup, **over: Any) -> bool:  # noqa: ANN401 - what is asked
    asked: dict[str, Any] = {"of_person": PERSON, "held": {GRANT}, "at": AT} | over
    return access.opens(groups or OPENED, **asked)


def test_it_opens_its_person_for_an_hour() -> None:
    assert timedelta(minutes=60) == LASTS
    assert opens(an_access())
    assert opens(an_access(), at=AT + LASTS - SECOND)
    assert not opens(an_access(), at=AT + LASTS)


@pytest.mark.parametrize(
    ("access", "asked"),
    [
        pytest.param(an_access(), {"of_person": uuid4()}, id="another person"),
        pytest.param(an_access(), {"held": {uuid4()}}, id="the grant is gone"),
        pytest.param(an_access(state=EmergencyState.ENDED), {}, id="a supervisor has ended it"),
        pytest.param(an_access(state=EmergencyState.NO_MATCH, person_id=None), {}, id="nobody was found"),
    ],
)
def test_it_opens_nothing(access: EmergencyAccess, asked: dict[str, Any]) -> None:
    assert not opens(access, **asked)


@pytest.mark.parametrize("medical", MedicalState)
def test_medical_results_are_closed_until_they_are_approved(medical: MedicalState) -> None:
    assert opens(an_access(medical=medical), FieldGroup.MEDICAL) is (medical is MedicalState.APPROVED)


def test_health_records_stay_closed() -> None:
    assert not opens(an_access(medical=MedicalState.APPROVED), FieldGroup.HEALTH)
    assert not opens(an_access(), FieldGroup.PERSON, FieldGroup.HEALTH)


@pytest.mark.parametrize(
    ("signed_in", "expected"),
    [(AT, True), (AT - timedelta(minutes=5), True), (AT - timedelta(minutes=5, seconds=1), False), (None, False)],
)
def test_a_sign_in_is_fresh_for_five_minutes(signed_in: datetime | None, *, expected: bool) -> None:
    assert is_fresh(signed_in, at=AT) is expected


class TestCap:
    def test_the_one_too_many_waits_for_the_first_to_be_a_day_old(self) -> None:
        asked_at = [AT - 23 * HOUR, AT - HOUR, AT - SECOND]

        require_below_cap(asked_at[1:], cap=3, at=AT)
        with pytest.raises(EmergencyCapReached) as refusal:
            require_below_cap(asked_at, cap=3, at=AT)

        assert refusal.value.facts == {"cap": 3, "retry_after": 3600}

    def test_what_is_a_day_old_counts_no_more(self) -> None:
        require_below_cap([AT - 24 * HOUR, AT - HOUR, AT - SECOND], cap=3, at=AT)

    def test_beyond_the_cap_it_is_the_oldest_that_keeps_others_below(self) -> None:
        with pytest.raises(EmergencyCapReached) as refusal:
            require_below_cap([AT - 23 * HOUR, AT - 22 * HOUR, AT - HOUR], cap=2, at=AT)

        assert refusal.value.facts["retry_after"] == 2 * 3600

    def test_none_may_be_allowed(self) -> None:
        with pytest.raises(EmergencyCapReached):
            require_below_cap([], cap=0, at=AT)
