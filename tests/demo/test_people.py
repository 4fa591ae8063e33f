"""Made-up people: plausible, the same from the same seed, and nobody real."""

from collections import Counter
from datetime import date
from random import Random
from uuid import RFC_4122

import pytest

from registry.demo.people import Individual, Paper, People, new_id
from registry.domain.person import DocumentType, Sex, number_warnings

SHOWN_ON = date(2020, 6, 1)


def seeded(number: int) -> Random:
    return Random(number)  # noqa: S311 - reproducible, not secret


@pytest.fixture(scope="module")
def crowd() -> list[tuple[Individual, Paper]]:
    people = People(seeded(7))
    return [
        (person, people.paper(person, on=SHOWN_ON))
        for person in (people.person(born_in=1960 + n % 45) for n in range(900))
    ]


def numbers(crowd: list[tuple[Individual, Paper]], kind: DocumentType) -> list[str]:
    return [paper.number for _, paper in crowd if paper.type is kind]


def test_the_same_seed_makes_the_same_people() -> None:
    one, same, other = (People(seeded(seed)).person(born_in=1990) for seed in (7, 7, 8))
    assert one == same
    assert one != other


def test_an_id_looks_random() -> None:
    made = new_id(seeded(7))
    assert (made.version, made.variant) == (4, RFC_4122)


def test_nobody_has_the_id_or_the_number_of_another(crowd: list[tuple[Individual, Paper]]) -> None:
    assert len({person.id for person, _ in crowd}) == len(crowd)
    assert len({(paper.type, paper.number) for _, paper in crowd}) == len(crowd)


def test_citizen_numbers_lie_in_the_range_that_is_nobodys(crowd: list[tuple[Individual, Paper]]) -> None:
    found = numbers(crowd, DocumentType.CCCD)
    assert len(found) > 300
    assert {(len(number), number[:3], number[6:9]) for number in found} == {(12, "054", "999")}


def test_no_number_is_taken_that_the_manual_uses(crowd: list[tuple[Individual, Paper]]) -> None:
    assert all(int(number[9:]) >= 100 for number in numbers(crowd, DocumentType.CCCD))


def test_older_cards_lie_in_a_range_that_was_never_issued(crowd: list[tuple[Individual, Paper]]) -> None:
    found = numbers(crowd, DocumentType.CMND)
    assert found
    assert {(len(number), number[:6]) for number in found} == {(9, "000999")}


def test_telephones_cannot_be_called(crowd: list[tuple[Individual, Paper]]) -> None:
    phones = [person.phone for person, _ in crowd if person.phone]
    assert phones
    assert all(phone.startswith("0000 ") for phone in phones)


def test_few_citizen_numbers_disagree_with_the_register(crowd: list[tuple[Individual, Paper]]) -> None:
    remarks = Counter(
        remark.code
        for person, paper in crowd
        for remark in number_warnings(paper.type, paper.number, sex=person.sex, birth_year=person.born_on.year)
    )
    assert remarks.keys() == {"cccd_birth_year_differs"}
    assert 0 < remarks.total() < 30


def test_papers_fit_the_age(crowd: list[tuple[Individual, Paper]]) -> None:
    minors = [paper.type for person, paper in crowd if person.born_on.year > SHOWN_ON.year - 18]
    assert set(minors) == {DocumentType.BIRTH_CERTIFICATE}
    assert all(paper.issued_on is None or paper.issued_on > person.born_on for person, paper in crowd)


def test_names_have_family_middle_and_given_name_and_follow_the_sex(crowd: list[tuple[Individual, Paper]]) -> None:
    assert all(len(set(person.full_name.split())) == 3 for person, _ in crowd)
    named_thi = {person.sex for person, _ in crowd if " Thị " in person.full_name}
    named_van = {person.sex for person, _ in crowd if " Văn " in person.full_name}
    assert (named_thi, named_van) == ({Sex.FEMALE}, {Sex.MALE})


def test_nguyen_is_the_commonest_family(crowd: list[tuple[Individual, Paper]]) -> None:
    families = Counter(person.full_name.split()[0] for person, _ in crowd)
    assert families.most_common(1)[0][0] == "Nguyễn"
    assert len(families) > 20


def test_most_are_men_and_kinh_and_few_are_not(crowd: list[tuple[Individual, Paper]]) -> None:
    women = sum(person.sex is Sex.FEMALE for person, _ in crowd)
    kinh = sum(person.ethnicity == "Kinh" for person, _ in crowd)
    assert 0 < women < 0.1 * len(crowd)
    assert 0.9 * len(crowd) < kinh < len(crowd)
