"""One value sealed for one place: the cipher by its published vectors, and everything that must not open."""

from base64 import b64decode
from dataclasses import replace
from uuid import uuid4

import pytest

from registry.vault import gcm
from registry.vault.gcm import Broken
from registry.vault.sealed import DataKey, Place, Sealed

_LONG = (
    "d9313225f88406e5a55909c5aff5269a86a7a9531534f7da2e4c303d8a318a721c3c0c95956809532fcf0e2449a6b525"
    "b16aedf5aa0de657ba637b391aafd255"
)
_LONG_SEALED = (
    "522dc1f099567d07f47f37a32a84427d643a8cdcbfe5c0c97598a2bd2555d1aa8cb08e48590dbb3da7b08b1056828838"
    "c5f61e6393ba7a0abcc9f662898015ad"
)
VECTORS = [
    pytest.param("00" * 32, "00" * 12, "", "", "", "530f8afbc74536b9a963b4f1c4cb738b", id="13: nothing"),
    pytest.param(
        "00" * 32,
        "00" * 12,
        "00" * 16,
        "",
        "cea7403d4d606b6e074ec5d3baf39d18",
        "d0d1c8a799996bf0265b98b5d48ab919",
        id="14: one block",
    ),
    pytest.param(
        "feffe9928665731c6d6a8f9467308308" * 2,
        "cafebabefacedbaddecaf888",
        _LONG,
        "",
        _LONG_SEALED,
        "b094dac5d93471bdec1a502270e3cc6c",
        id="15: four blocks",
    ),
    pytest.param(
        "feffe9928665731c6d6a8f9467308308" * 2,
        "cafebabefacedbaddecaf888",
        _LONG[:120],
        "feedfacedeadbeeffeedfacedeadbeefabaddad2",
        _LONG_SEALED[:120],
        "76fc6ece0f4e1768cddf8853bb2d551b",
        id="16: with additional data",
    ),
]
"""Test cases 13 to 16 of the GCM specification (McGrew and Viega, 2005), those of AES-256 with nonces of 96 bits."""

KEY = DataKey.new()
HERE = Place("identity_document", "number", uuid4(), uuid4())


@pytest.mark.parametrize(("key", "nonce", "clear", "bound_to", "sealed", "tag"), VECTORS)
def test_the_cipher_is_the_published_one(
    key: str, nonce: str, clear: str, bound_to: str, sealed: str, tag: str
) -> None:
    blob = bytes.fromhex(nonce + sealed + tag)

    assert gcm.decrypt(gcm.cipher(bytes.fromhex(key)), blob, bound_to=bytes.fromhex(bound_to)).hex() == clear


def test_a_million_nonces_are_a_million() -> None:
    assert len({gcm.new_nonce() for _ in range(1_000_000)}) == 1_000_000


def test_a_text_comes_back_and_never_looks_the_same_twice() -> None:
    text = "Thôn Mẫu, xã Ví Dụ"
    sealed = [KEY.seal(text, HERE) for _ in range(100)]

    assert {KEY.open(each, HERE) for each in sealed} == {text}
    assert len({each.blob for each in sealed}) == 100
    assert len({each.blob[1 : 1 + gcm.NONCE_BYTES] for each in sealed}) == 100
    assert not any(text.encode() in each.blob for each in sealed)


@pytest.mark.parametrize(
    "elsewhere",
    [
        pytest.param(replace(HERE, table="residence"), id="in another table"),
        pytest.param(replace(HERE, column="issuer"), id="in another column"),
        pytest.param(replace(HERE, person_id=uuid4()), id="under another person"),
        pytest.param(replace(HERE, record_id=uuid4()), id="in another row"),
    ],
)
def test_a_value_opens_at_its_place_only(elsewhere: Place) -> None:
    with pytest.raises(Broken):
        KEY.open(KEY.seal("054092999001", HERE), elsewhere)


@pytest.mark.parametrize(
    "other", [pytest.param(DataKey.new(), id="another key"), pytest.param(replace(KEY, id=uuid4()), id="another id")]
)
def test_a_value_opens_under_its_key_only(other: DataKey) -> None:
    with pytest.raises(Broken):
        other.open(KEY.seal("054092999001", HERE), HERE)


def test_no_bit_may_differ() -> None:
    blob = KEY.seal("054092999001", HERE).blob
    for place in range(8 * len(blob)):
        flipped = bytearray(blob)
        flipped[place // 8] ^= 1 << place % 8
        with pytest.raises(Broken):
            KEY.open(Sealed(bytes(flipped)), HERE)


@pytest.mark.parametrize("length", [0, 1, 12, 28])
def test_what_is_too_short_does_not_open(length: int) -> None:
    with pytest.raises(Broken):
        KEY.open(Sealed(KEY.seal("", HERE).blob[:length]), HERE)


def test_history_keeps_it_as_an_object_that_says_what_it_is() -> None:
    sealed = KEY.seal("054092999001", HERE)

    assert Sealed.from_json(sealed.to_json()) == sealed
    assert b64decode(sealed.to_json()["sealed"]) == sealed.blob
    for other in ("sealed", None, 7, ["x"], {}, {"sealed": "eA==", "more": 1}):
        assert Sealed.from_json(other) is None


def test_a_key_is_not_shown() -> None:
    assert KEY.secret.hex() not in repr(KEY)
    assert "secret" not in repr(KEY)
