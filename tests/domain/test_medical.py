"""Medical results: what their dates may say."""

from datetime import date

import pytest

from registry.domain.errors import RuleViolation
from registry.domain.medical import InfectionTreatment, MedicalResult, TreatmentStartIncomplete, review
from registry.domain.period import DateInFuture

TODAY, TESTED, LATER = date(2026, 11, 21), date(2026, 3, 2), date(2026, 11, 22)
ONGOING, DECLINED = InfectionTreatment.ONGOING, InfectionTreatment.DECLINED


@pytest.mark.parametrize(
    ("treatment", "started_on"),
    [
        pytest.param(None, None, id="no treatment"),
        pytest.param(DECLINED, None, id="one that was declined"),
        pytest.param(ONGOING, TODAY, id="one that begins today"),
        pytest.param(ONGOING, date(2019, 1, 1), id="one that another place had begun"),
    ],
)
def test_what_can_be_true_is_kept(treatment: InfectionTreatment | None, started_on: date | None) -> None:
    review(MedicalResult(TESTED, treatment, started_on), today=TODAY)


@pytest.mark.parametrize(
    ("tested_on", "treatment", "started_on", "refusal", "pointer"),
    [
        pytest.param(LATER, None, None, DateInFuture, "/tested_on", id="tested tomorrow"),
        pytest.param(TESTED, ONGOING, LATER, DateInFuture, "/treatment_started_on", id="treated from tomorrow on"),
        pytest.param(
            TESTED, ONGOING, None, TreatmentStartIncomplete, "/treatment_started_on", id="begun nobody knows when"
        ),
        pytest.param(
            TESTED, DECLINED, TESTED, TreatmentStartIncomplete, "/treatment_started_on", id="declined and begun"
        ),
        pytest.param(TESTED, None, TESTED, TreatmentStartIncomplete, "/treatment_started_on", id="begun without being"),
    ],
)
def test_what_cannot_be_true_is_refused(
    tested_on: date,
    treatment: InfectionTreatment | None,
    started_on: date | None,
    refusal: type[RuleViolation],
    pointer: str,
) -> None:
    with pytest.raises(refusal) as refused:
        review(MedicalResult(tested_on, treatment, started_on), today=TODAY)
    assert refused.value.pointer == pointer


@pytest.mark.parametrize("treatment", InfectionTreatment)
def test_what_was_taken_up_has_begun(treatment: InfectionTreatment) -> None:
    assert treatment.has_begun == (treatment.value in {"ongoing", "interrupted", "completed"})
