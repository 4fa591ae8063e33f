"""Questions to the atlas, on the real map of Viet Nam: what a unit reaches, counts and holds under which names."""

from datetime import date

import pytest

from registry.domain.atlas import Atlas
from registry.domain.unit import Level, UnitNotInForce
from tests.domain.places import LAST_DAY, THEN, TODAY, names, unit_id


class TestScope:
    def test_a_commune_of_today_reaches_itself(self, atlas: Atlas) -> None:
        commune = unit_id(atlas, "22015", TODAY)
        assert atlas.scope_of(commune, TODAY) == (commune,)

    def test_a_province_of_today_reaches_its_communes_and_its_own_residue(self, atlas: Atlas) -> None:
        dak_lak = unit_id(atlas, "66", TODAY)
        communes = [commune.unit_id for commune in atlas.communes_within(dak_lak, TODAY)]
        assert atlas.scope_of(dak_lak, TODAY) == tuple(sorted([dak_lak, *communes]))

    def test_old_phu_yen_reaches_34_communes_of_dak_lak_and_not_its_residue(self, atlas: Atlas, phu_yen: int) -> None:
        scope = atlas.scope_of(phu_yen, TODAY)
        assert len(scope) == 34
        assert list(scope) == sorted(scope)
        units = [atlas.at(unit, TODAY) for unit in scope]
        assert {unit.level for unit in units} == {Level.COMMUNE}
        assert {unit.parent_id for unit in units} == {unit_id(atlas, "66", TODAY)}

    def test_an_ended_commune_reaches_its_default_successor(self, atlas: Atlas) -> None:
        assert atlas.scope_of(unit_id(atlas, "08968", THEN), TODAY) == (unit_id(atlas, "08971", TODAY),)
        assert atlas.scope_of(unit_id(atlas, "22246", THEN), TODAY) == (unit_id(atlas, "22261", TODAY),)

    def test_an_unplaced_commune_reaches_nothing(self, atlas: Atlas) -> None:
        assert atlas.scope_of(unit_id(atlas, "22021", THEN), TODAY) == ()

    def test_an_ended_province_reaches_its_island_without_communes(self, atlas: Atlas) -> None:
        scope = atlas.scope_of(unit_id(atlas, "31", LAST_DAY), TODAY)
        assert unit_id(atlas, "11948", TODAY) in scope

    def test_before_the_map_was_redrawn_a_province_reached_its_districts_too(self, atlas: Atlas, phu_yen: int) -> None:
        scope = atlas.scope_of(phu_yen, THEN)
        assert len(scope) == 1 + 9 + 110
        assert unit_id(atlas, "555", THEN) in scope


class TestSources:
    def test_what_is_counted_in_a_unit_is_itself_all_below_and_all_that_ended_there(
        self, atlas: Atlas, phu_yen: int
    ) -> None:
        assert len(atlas.sources_of(phu_yen, date(2020, 1, 1))) == 120
        sources = set(atlas.sources_of(unit_id(atlas, "66", TODAY), TODAY))
        assert {phu_yen, unit_id(atlas, "66", TODAY), unit_id(atlas, "22021", THEN)} <= sources
        assert {unit.unit_id for unit in atlas.communes_within(phu_yen, LAST_DAY)} <= sources

    def test_sources_are_those_whose_place_lies_within(self, atlas: Atlas) -> None:
        xuan_lang = unit_id(atlas, "08971", TODAY)
        olds = [atlas.resolve(code, LAST_DAY).unit_id for code in ("08968", "08971")]
        sources = atlas.sources_of(xuan_lang, TODAY)
        assert set(olds) <= set(sources)
        assert list(sources) == sorted(sources)
        assert {atlas.there(source, TODAY)[0] for source in sources} == {xuan_lang}

    def test_a_unit_of_another_time_is_refused(self, atlas: Atlas, phu_yen: int) -> None:
        with pytest.raises(UnitNotInForce):
            atlas.sources_of(phu_yen, TODAY)


class TestSearch:
    @pytest.mark.parametrize("text", ["phú hòa", "PHU HOA", "Phú Hoà", "phu  ho"])
    def test_case_and_accents_do_not_count(self, atlas: Atlas, phu_yen: int, text: str) -> None:
        found = atlas.search(level=Level.DISTRICT, parent=phu_yen, on=THEN, text=text)
        assert names(found) == ["Huyện Phú Hòa"]

    def test_d_finds_barred_d(self, atlas: Atlas) -> None:
        assert names(atlas.search(level=Level.PROVINCE, on=TODAY, text="dak")) == ["Tỉnh Đắk Lắk"]

    def test_text_begins_a_word(self, atlas: Atlas) -> None:
        assert "Tỉnh Cao Bằng" in names(atlas.search(level=Level.PROVINCE, on=TODAY, text="ba"))
        assert names(atlas.search(level=Level.PROVINCE, on=TODAY, text="ang")) == []

    def test_a_parent_holds_what_lies_in_it_at_any_depth_but_not_itself(self, atlas: Atlas, phu_yen: int) -> None:
        found = atlas.search(parent=phu_yen, on=THEN)
        assert len(found) == 9 + 110
        assert [unit.name_sort for unit in found] == sorted(unit.name_sort for unit in found)

    def test_without_conditions_the_whole_map_is_listed_in_order(self, atlas: Atlas) -> None:
        found = atlas.search(on=TODAY)
        assert len(found) == 34 + 3_321
        assert [(u.name_sort, u.unit_id) for u in found] == sorted((u.name_sort, u.unit_id) for u in found)
