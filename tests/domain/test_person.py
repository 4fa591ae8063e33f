"""What an identity number says of a person, and the year of birth."""

from datetime import date

import pytest

from registry.domain.person import DocumentType, Sex, birth_year_of, normalise_number, number_warnings

MAN_OF_1992 = "054092999001"
WOMAN_OF_2003 = "054303999001"


@pytest.mark.parametrize(
    ("number", "sex", "birth_year", "codes"),
    [
        pytest.param(MAN_OF_1992, Sex.MALE, 1992, [], id="a man born in 1992 agrees"),
        pytest.param(MAN_OF_1992, Sex.FEMALE, 1992, ["cccd_sex_differs"], id="a woman with a man's number"),
        pytest.param(MAN_OF_1992, Sex.MALE, 1993, ["cccd_birth_year_differs"], id="another year"),
        pytest.param(
            MAN_OF_1992, Sex.FEMALE, 2092, ["cccd_sex_differs", "cccd_birth_year_differs"], id="sex and century differ"
        ),
        pytest.param(WOMAN_OF_2003, Sex.FEMALE, 2003, [], id="a woman born in 2003 agrees"),
        pytest.param(MAN_OF_1992, Sex.UNKNOWN, None, [], id="nothing known, nothing to differ"),
        pytest.param("054 092 999 001", Sex.MALE, 1992, [], id="written with spaces"),
        pytest.param("05409299900", Sex.MALE, 1992, ["cccd_malformed"], id="eleven digits"),
        pytest.param("0540929990012", Sex.MALE, 1992, ["cccd_malformed"], id="thirteen digits"),
        pytest.param("05409299900A", Sex.MALE, 1992, ["cccd_malformed"], id="a letter"),
    ],
)
def test_a_cccd_is_compared_with_what_was_declared(
    number: str, sex: Sex, birth_year: int | None, codes: list[str]
) -> None:
    found = number_warnings(DocumentType.CCCD, number, sex=sex, birth_year=birth_year)

    assert [(warning.code, warning.pointer) for warning in found] == [(code, "/number") for code in codes]


@pytest.mark.parametrize("document", [kind for kind in DocumentType if kind is not DocumentType.CCCD])
def test_other_documents_say_nothing(document: DocumentType) -> None:
    assert number_warnings(document, "1", sex=Sex.FEMALE, birth_year=1800) == []


@pytest.mark.parametrize("written", ["C 1234-567", "c1234567", "C.12/34567", " c-1-2-3-4-5-6-7 "])
def test_numbers_are_compared_without_what_separates_their_characters(written: str) -> None:
    assert normalise_number(written) == "C1234567"


def test_a_date_of_birth_tells_its_year() -> None:
    assert birth_year_of(date(1992, 5, 17), None) == 1992
    assert birth_year_of(date(1992, 5, 17), 1980) == 1992
    assert birth_year_of(None, 1980) == 1980
    assert birth_year_of(None, None) is None
