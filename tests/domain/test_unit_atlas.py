"""Questions to the atlas, on the real map of Viet Nam: what a code was, what lay in it, what became of it."""

from datetime import date

import pytest

from registry.domain.atlas import Atlas
from registry.domain.unit import Certainty, Level, UnitNotInForce, UnknownUnit
from tests.domain.places import LAST_DAY, REDRAWN, THEN, TODAY, names, unit_id


@pytest.mark.parametrize(
    ("on", "edition"),
    [
        (date.min, 1),
        (date(2020, 2, 29), 1),
        (date(2020, 3, 1), 2),
        (LAST_DAY, 3),
        (REDRAWN, 4),
        (date(2026, 4, 30), 5),
        (date.max, 5),
    ],
)
def test_an_edition_holds_from_its_first_day_to_the_day_before_the_next(atlas: Atlas, on: date, edition: int) -> None:
    assert atlas.edition_on(on) == edition


class TestResolve:
    def test_one_code_names_different_units_at_different_times(self, atlas: Atlas) -> None:
        before, after = atlas.resolve("00004", LAST_DAY), atlas.resolve("00004", REDRAWN)
        assert [before.name, after.name] == ["Phường Trúc Bạch", "Phường Ba Đình"]
        assert before.unit_id != after.unit_id

    def test_one_unit_may_change_its_name(self, atlas: Atlas) -> None:
        before, after = atlas.resolve("75", date(2026, 4, 29)), atlas.resolve("75", date(2026, 4, 30))
        assert [before.name, after.name] == ["Tỉnh Đồng Nai", "Thành phố Đồng Nai"]
        assert before.unit_id == after.unit_id
        assert atlas.at(before.unit_id, date(2026, 4, 29)) == before
        assert atlas.at(before.unit_id, TODAY) == after

    def test_a_code_not_in_force_names_its_periods_and_successors(self, atlas: Atlas) -> None:
        with pytest.raises(UnitNotInForce) as refusal:
            atlas.resolve("54", TODAY, pointer="/unit_code")
        assert refusal.value.pointer == "/unit_code"
        assert refusal.value.facts == {
            "unit": "54",
            "on": TODAY,
            "periods": [{"code": "54", "name": "Tỉnh Phú Yên", "valid_from": None, "valid_to": REDRAWN}],
            "successors": [
                {
                    "code": "66",
                    "name": "Tỉnh Đắk Lắk",
                    "valid_from": REDRAWN,
                    "valid_to": None,
                    "kind": "whole",
                    "is_default": True,
                }
            ],
        }

    def test_a_code_that_is_yet_to_come_has_periods_but_no_successors(self, atlas: Atlas) -> None:
        with pytest.raises(UnitNotInForce) as refusal:
            atlas.resolve("11948", date(2019, 1, 1))
        assert refusal.value.facts["periods"]
        assert refusal.value.facts["successors"] == []

    def test_the_gap_of_a_code_is_not_bridged(self, atlas: Atlas) -> None:
        with pytest.raises(UnitNotInForce):
            atlas.resolve("11344", THEN)

    @pytest.mark.parametrize("code", ["03", "999", "99999", "", "abc", "0000000"])
    def test_a_code_that_never_named_anything_is_unknown(self, atlas: Atlas, code: str) -> None:
        with pytest.raises(UnknownUnit) as refusal:
            atlas.resolve(code, TODAY)
        assert refusal.value.facts == {"unit": code}

    def test_a_unit_read_outside_its_time_is_refused(self, atlas: Atlas, phu_yen: int) -> None:
        assert not atlas.is_in_force(phu_yen, TODAY)
        with pytest.raises(UnitNotInForce):
            atlas.at(phu_yen, TODAY)

    def test_the_latest_unit_of_a_code_is_todays_or_the_last_that_ended(self, atlas: Atlas, phu_yen: int) -> None:
        assert atlas.latest("54", TODAY).unit_id == phu_yen
        assert atlas.latest("00004", TODAY).name == "Phường Ba Đình"
        assert atlas.latest("00004", THEN).name == "Phường Trúc Bạch"
        with pytest.raises(UnknownUnit):
            atlas.latest("03", TODAY)
        with pytest.raises(UnitNotInForce):
            atlas.latest("11948", date(2019, 1, 1))


class TestTree:
    def test_a_commune_lies_in_its_district_and_province_then_and_in_its_province_now(self, atlas: Atlas) -> None:
        assert names(atlas.ancestors(unit_id(atlas, "08968", THEN), THEN)) == ["Huyện Bình Xuyên", "Tỉnh Vĩnh Phúc"]
        assert names(atlas.ancestors(unit_id(atlas, "08971", TODAY), TODAY)) == ["Tỉnh Phú Thọ"]

    def test_hai_ba_trung_had_20_wards(self, atlas: Atlas) -> None:
        on = date(2019, 3, 27)
        assert len(atlas.children(unit_id(atlas, "007", on), on)) == 20
        assert len(atlas.children(unit_id(atlas, "007", THEN), THEN)) == 18

    @pytest.mark.parametrize(("on", "count"), [(THEN, 110), (date(2025, 3, 1), 106)])
    def test_phu_yen_has_as_many_communes_as_the_lists_say(
        self, atlas: Atlas, phu_yen: int, on: date, count: int
    ) -> None:
        communes = atlas.communes_within(phu_yen, on)
        assert len(communes) == count
        assert {commune.level for commune in communes} == {Level.COMMUNE}

    @pytest.mark.parametrize(("code", "count"), [("66", 102), ("25", 148), ("19", 92), ("22", 54), ("01", 126)])
    def test_provinces_of_today_have_as_many_communes_as_the_lists_say(
        self, atlas: Atlas, code: str, count: int
    ) -> None:
        assert len(atlas.communes_within(unit_id(atlas, code, TODAY), TODAY)) == count

    def test_lists_are_in_vietnamese_order(self, atlas: Atlas, phu_yen: int) -> None:
        assert names(atlas.children(phu_yen, THEN)) == [
            "Huyện Đồng Xuân",
            "Huyện Phú Hòa",
            "Huyện Sông Hinh",
            "Huyện Sơn Hòa",
            "Huyện Tây Hòa",
            "Huyện Tuy An",
            "Thành phố Tuy Hòa",
            "Thị xã Đông Hòa",
            "Thị xã Sông Cầu",
        ]

    def test_a_commune_is_its_own_only_commune_and_has_no_children(self, atlas: Atlas) -> None:
        commune = atlas.resolve("08968", THEN)
        assert atlas.communes_within(commune.unit_id, THEN) == (commune,)
        assert atlas.children(commune.unit_id, THEN) == ()

    def test_within_is_itself_or_any_ancestor(self, atlas: Atlas, phu_yen: int) -> None:
        son_hoa = unit_id(atlas, "560", THEN)
        commune = atlas.children(son_hoa, THEN)[0].unit_id
        assert atlas.within(commune, phu_yen, THEN)
        assert atlas.within(commune, son_hoa, THEN)
        assert atlas.within(commune, commune, THEN)
        assert not atlas.within(son_hoa, commune, THEN)
        assert not atlas.within(commune, unit_id(atlas, "66", THEN), THEN)


class TestThere:
    def test_a_unit_in_force_is_in_its_own_place(self, atlas: Atlas) -> None:
        commune = unit_id(atlas, "08968", THEN)
        assert atlas.there(commune, LAST_DAY) == (commune, Certainty.SAME)

    def test_thanh_lang_went_wholly_to_xuan_lang(self, atlas: Atlas) -> None:
        place = (unit_id(atlas, "08971", TODAY), Certainty.WHOLE)
        assert atlas.there(unit_id(atlas, "08968", THEN), REDRAWN) == place
        assert atlas.there(unit_id(atlas, "08968", THEN), TODAY) == place
        assert atlas.current(unit_id(atlas, "08968", THEN), TODAY) == place[0]

    @pytest.mark.parametrize(
        ("old", "default"),
        [
            ("22024", "22015"),
            ("22225", "22225"),
            ("22228", "22222"),
            ("22246", "22261"),
            ("22252", "22255"),
            ("22312", "22015"),
            ("22315", "22015"),
        ],
    )
    def test_a_divided_commune_of_phu_yen_is_counted_in_its_default_successor(
        self, atlas: Atlas, old: str, default: str
    ) -> None:
        there = atlas.there(unit_id(atlas, old, THEN), TODAY)
        assert there == (unit_id(atlas, default, TODAY), Certainty.PART)

    @pytest.mark.parametrize("code", ["22021", "22027", "22039", "22048"])
    def test_a_commune_of_phu_yen_without_a_successor_is_unplaced(self, atlas: Atlas, code: str) -> None:
        commune = unit_id(atlas, code, THEN)
        district = unit_id(atlas, "555", THEN)
        assert atlas.there(commune, date(2024, 12, 31)) == (commune, Certainty.SAME)
        assert atlas.there(commune, date(2025, 1, 1)) == (district, Certainty.UNPLACED)
        assert atlas.there(commune, REDRAWN) == (unit_id(atlas, "66", TODAY), Certainty.UNPLACED)
        assert atlas.successors(commune) == ()

    def test_provinces_and_districts_have_successors_too(self, atlas: Atlas, phu_yen: int) -> None:
        dak_lak = (unit_id(atlas, "66", TODAY), Certainty.WHOLE)
        assert atlas.there(phu_yen, TODAY) == dak_lak
        assert atlas.there(unit_id(atlas, "560", THEN), TODAY) == dak_lak
        assert atlas.there(unit_id(atlas, "06", THEN), TODAY) == (unit_id(atlas, "19", TODAY), Certainty.WHOLE)
        assert atlas.there(unit_id(atlas, "26", THEN), TODAY) == (unit_id(atlas, "25", TODAY), Certainty.WHOLE)

    def test_an_island_district_became_a_special_zone(self, atlas: Atlas) -> None:
        place, certainty = atlas.there(unit_id(atlas, "318", THEN), TODAY)
        assert (atlas.at(place, TODAY).name, certainty) == ("Đặc khu Bạch Long Vĩ", Certainty.WHOLE)

    def test_the_default_successor_comes_first(self, atlas: Atlas) -> None:
        first, second = atlas.successors(unit_id(atlas, "22246", THEN))
        assert [first.is_default, second.is_default] == [True, False]
        assert atlas.first(first.new_unit_id).code == "22261"

    def test_a_unit_has_no_place_before_it_began(self, atlas: Atlas) -> None:
        with pytest.raises(UnitNotInForce):
            atlas.there(unit_id(atlas, "08971", TODAY), THEN)
