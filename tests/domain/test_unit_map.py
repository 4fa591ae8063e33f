"""The published lists become territories: which codes go on, what ended, and where it went."""

from collections import Counter
from datetime import date

import pytest

from registry.db.unit_import import read_map
from registry.domain.unit import Certainty, Level, SuccessionKind
from registry.domain.unit_map import MapData, Record, Territory, build_map


def record(code: str, name: str, parent: str = "", valid_from: str = "", valid_to: str = "") -> Record:
    return {
        "code": code,
        "name": name,
        "parent_code": parent,
        "valid_from": valid_from,
        "valid_to": valid_to,
        "lat": "",
        "lon": "",
        "area_km2": "",
    }


PROVINCE = record("54", "Tỉnh Phú Yên", valid_to="2025-07-01")
DISTRICT = record("560", "Huyện Sơn Hòa", "54", valid_to="2025-07-01")
PROVINCE_TODAY = record("66", "Tỉnh Đắk Lắk", valid_from="2025-07-01")
COMMUNE_TODAY = record("22015", "Phường Tuy Hòa", "66", valid_from="2025-07-01")
PROVINCE_SUCCESSION = {"old_code": "54", "new_code": "66"}


def commune_succession(old: str, kind: str = "whole", *, default: bool = True) -> Record:
    return {
        "old_code": old,
        "old_level": "commune",
        "new_code": "22015",
        "kind": kind,
        "is_default": str(default).lower(),
    }


@pytest.fixture(scope="module")
def vietnam() -> MapData:
    return read_map()


def ids_of(data: MapData, code: str) -> list[int]:
    return [version.unit_id for version in data.versions if version.code == code]


def test_the_country_has_as_many_communes_as_the_lists_say(vietnam: MapData) -> None:
    editions = [edition.valid_from for edition in vietnam.editions]
    assert editions == [date.min, date(2020, 3, 1), date(2025, 1, 1), date(2025, 7, 1), date(2026, 4, 30)]
    communes = [v for v in vietnam.versions if v.level is Level.COMMUNE]
    assert [sum(v.covers(start) for v in communes) for start in editions] == [10_767, 10_603, 10_035, 3_321, 3_321]


def test_the_communes_of_today_have_the_types_the_list_counts(vietnam: MapData) -> None:
    types = Counter(v.type for v in vietnam.versions if v.level is Level.COMMUNE and v.covers(date(2026, 4, 30)))
    assert types == {"phuong": 697, "xa": 2_611, "dac_khu": 13}


def test_every_parent_is_in_force_as_long_as_its_child(vietnam: MapData) -> None:
    in_force = {
        (v.unit_id, edition) for edition in vietnam.editions for v in vietnam.versions if v.covers(edition.valid_from)
    }
    orphans = [
        version.code
        for version in vietnam.versions
        for edition in vietnam.editions
        if version.parent_id and version.covers(edition.valid_from) and (version.parent_id, edition) not in in_force
    ]
    assert orphans == []


def test_only_provinces_have_no_parent(vietnam: MapData) -> None:
    assert {v.level for v in vietnam.versions if v.parent_id is None} == {Level.PROVINCE}


@pytest.mark.parametrize(("code", "changed_on"), [("049", "2020-03-01"), ("46", "2025-01-01"), ("75", "2026-04-30")])
def test_a_code_that_goes_on_under_another_name_stays_the_same_unit(
    vietnam: MapData, code: str, changed_on: str
) -> None:
    day = date.fromisoformat(changed_on)
    before = next(v for v in vietnam.versions if v.code == code and v.valid_to == day)
    after = next(v for v in vietnam.versions if v.code == code and v.valid_from == day)
    assert before.name != after.name
    assert before.unit_id == after.unit_id


def test_every_unit_ended_when_the_map_was_redrawn(vietnam: MapData) -> None:
    redrawn = date(2025, 7, 1)
    before = {v.unit_id for v in vietnam.versions if v.valid_from < redrawn}
    after = {v.unit_id for v in vietnam.versions if v.valid_from >= redrawn}
    assert not before & after
    assert len(set(ids_of(vietnam, "00004"))) == 2


def test_a_code_that_comes_back_after_a_gap_is_another_unit(vietnam: MapData) -> None:
    first, second = ids_of(vietnam, "11344")
    assert first != second


def test_every_unit_of_the_last_day_before_has_one_default_successor(vietnam: MapData) -> None:
    ended = {v.unit_id for v in vietnam.versions if v.covers(date(2025, 6, 30))}
    defaults = Counter(s.old_unit_id for s in vietnam.successions if s.is_default)
    assert set(defaults) == ended
    assert set(defaults.values()) == {1}


def test_471_communes_were_divided(vietnam: MapData) -> None:
    divided = {s.old_unit_id for s in vietnam.successions if s.kind is SuccessionKind.PART}
    assert len(divided) == 471


def test_a_unit_without_a_successor_on_file_is_counted_around_it(vietnam: MapData) -> None:
    levels = {v.unit_id: v.level for v in vietnam.versions}
    ended = {v.unit_id: v.valid_to for v in vietnam.versions}
    moves = {
        day: Counter(
            (levels[p.unit_id], levels[p.there_unit_id])
            for p in vietnam.placements
            if p.edition == edition and ended[p.unit_id] == day and p.certainty is Certainty.UNPLACED
        )
        for edition, day in [(2, date(2020, 3, 1)), (3, date(2025, 1, 1)), (4, date(2025, 7, 1))]
    }
    # 262 and 572 commune codes vanished; where the district vanished with them, the province is left.
    assert moves == {
        date(2020, 3, 1): {("commune", "district"): 253, ("commune", "province"): 9, ("district", "province"): 6},
        date(2025, 1, 1): {("commune", "district"): 560, ("commune", "province"): 12, ("district", "province"): 11},
        date(2025, 7, 1): {},
    }


def test_every_ended_unit_has_one_place_on_every_later_edition(vietnam: MapData) -> None:
    ends = {v.unit_id: v.valid_to for v in sorted(vietnam.versions, key=lambda v: v.valid_from)}
    expected = {(unit, e.edition) for unit, end in ends.items() for e in vietnam.editions if end <= e.valid_from}
    assert Counter((p.unit_id, p.edition) for p in vietnam.placements) == Counter(expected)


def small_map(*units: Record, successions: list[Record], known: dict[Territory, int] | None = None) -> MapData:
    records = [PROVINCE, DISTRICT, PROVINCE_TODAY, COMMUNE_TODAY, *units]
    return build_map(records, successions, [PROVINCE_SUCCESSION], known=known)


def places_in(data: MapData) -> dict[tuple[str, date], tuple[str, Certainty]]:
    codes = {v.unit_id: v.code for v in data.versions}
    days = {e.edition: e.valid_from for e in data.editions}
    return {(codes[p.unit_id], days[p.edition]): (codes[p.there_unit_id], p.certainty) for p in data.placements}


def test_certainties_of_several_changes_compose() -> None:
    places = places_in(
        small_map(
            record("22001", "Xã Mất", "560", valid_to="2020-03-01"),
            record("22004", "Xã Trọn", "560", valid_to="2025-07-01"),
            record("22007", "Xã Chia", "560", valid_to="2025-07-01"),
            record("22010", "Xã Giữa", "560", valid_from="2020-03-01", valid_to="2025-07-01"),
            successions=[commune_succession("22004"), commune_succession("22007", "part")],
        )
    )
    redrawn = date(2025, 7, 1)
    assert places == {
        ("22001", date(2020, 3, 1)): ("560", Certainty.UNPLACED),
        ("22001", redrawn): ("66", Certainty.UNPLACED),
        ("22004", redrawn): ("22015", Certainty.WHOLE),
        ("22007", redrawn): ("22015", Certainty.PART),
        ("22010", redrawn): ("66", Certainty.UNPLACED),
        ("560", redrawn): ("66", Certainty.WHOLE),
        ("54", redrawn): ("66", Certainty.WHOLE),
    }


def test_a_commune_that_vanished_with_its_district_is_counted_in_the_province() -> None:
    places = places_in(
        small_map(
            record("561", "Huyện Mất", "54", valid_to="2020-03-01"),
            record("22001", "Xã Mất", "561", valid_to="2020-03-01"),
            record("22004", "Xã Trọn", "560", valid_from="2020-03-01", valid_to="2025-07-01"),
            successions=[commune_succession("22004")],
        )
    )
    assert places["22001", date(2020, 3, 1)] == ("54", Certainty.UNPLACED)
    assert places["561", date(2020, 3, 1)] == ("54", Certainty.UNPLACED)


def test_a_province_that_went_nowhere_is_refused() -> None:
    with pytest.raises(ValueError, match="54 ended without a successor"):
        build_map([PROVINCE, PROVINCE_TODAY], [], [])


def test_a_longer_list_keeps_the_ids_of_known_units_and_appends() -> None:
    first = small_map(record("22004", "Xã A", "560", valid_to="2025-07-01"), successions=[])
    ids = {v.code: v.unit_id for v in first.versions}
    assert ids == {"54": 1, "560": 2, "22004": 3, "66": 4, "22015": 5}

    known: dict[Territory, int] = {(v.code, v.valid_from): v.unit_id for v in first.versions}
    longer = small_map(
        record("22001", "Xã B", "560", valid_to="2025-07-01"),
        record("22004", "Xã A", "560", valid_to="2025-07-01"),
        record("22018", "Xã C", "66", valid_from="2027-01-01"),
        successions=[],
        known=known,
    )
    assert {v.code: v.unit_id for v in longer.versions} == ids | {"22001": 6, "22018": 7}


def test_a_list_that_lacks_a_known_unit_is_refused() -> None:
    with pytest.raises(ValueError, match="only adds"):
        small_map(successions=[], known={("561", date.min): 9})
