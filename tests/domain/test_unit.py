"""Codes, names and certainties of units."""

import pytest

from registry.domain.unit import Certainty, Level, UnitType, UnknownUnit, level_of, type_of


def test_the_length_of_a_code_is_its_level() -> None:
    assert [level_of(code) for code in ("54", "007", "08968")] == [Level.PROVINCE, Level.DISTRICT, Level.COMMUNE]


@pytest.mark.parametrize("code", ["", "5", "0896", "089680"])
def test_a_code_of_another_length_is_unknown(code: str) -> None:
    with pytest.raises(UnknownUnit):
        level_of(code)


@pytest.mark.parametrize(
    ("name", "expected"),
    [
        ("Tỉnh Phú Yên", UnitType.TINH),
        ("Thành phố Hà Nội", UnitType.THANH_PHO),
        ("Thành Phố Đồng Hới", UnitType.THANH_PHO),
        ("Quận Hai Bà Trưng", UnitType.QUAN),
        ("Huyện Sơn Hòa", UnitType.HUYEN),
        ("Thị Xã Mường Lay", UnitType.THI_XA),
        ("Thị trấn Thanh Lãng", UnitType.THI_TRAN),
        ("Phường 2", UnitType.PHUONG),
        ("Xã Xuân Lãng", UnitType.XA),
        ("Đặc khu Bạch Long Vĩ", UnitType.DAC_KHU),
    ],
)
def test_a_name_begins_with_the_type(name: str, expected: UnitType) -> None:
    assert type_of(name) is expected


def test_the_weaker_certainty_wins_whichever_came_first() -> None:
    ranked = [Certainty.SAME, Certainty.WHOLE, Certainty.PART, Certainty.UNPLACED]
    for weaker, strong in enumerate(ranked):
        for stronger in ranked[: weaker + 1]:
            assert strong.then(stronger) is stronger.then(strong) is strong
