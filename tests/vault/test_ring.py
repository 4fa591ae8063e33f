"""The ring of master keys: what wraps, what opens, what is read again, and the indexes derived from it."""

import logging
import os
from base64 import b64encode
from dataclasses import replace
from pathlib import Path
from uuid import uuid4

import pytest

from registry.vault.gcm import Broken
from registry.vault.ring import KeyRing, new_entry
from registry.vault.sealed import DataKey

OLD, NEW = new_entry(1), new_entry(2)
PERSON = uuid4()


class TestReading:
    @pytest.mark.parametrize(
        "text", [f"{OLD} {NEW}", f"{NEW},{OLD}", f"\n{OLD}\n{NEW}\n"], ids=["spaced", "newest first", "lines"]
    )
    def test_the_highest_number_is_the_newest(self, text: str) -> None:
        ring = KeyRing(text)

        assert sorted(ring.keys) == [1, 2]
        assert ring.newest.number == 2

    @pytest.mark.parametrize(
        "text",
        [
            pytest.param("", id="none"),
            pytest.param(OLD.replace("1:", ""), id="no number"),
            pytest.param(OLD.replace("1:", "0:"), id="number 0"),
            pytest.param(OLD[:-5], id="a short key"),
            pytest.param(f"1:{b64encode(os.urandom(33)).decode()}", id="a long key"),
            pytest.param(f"{OLD} {new_entry(1)}", id="a number twice"),
        ],
    )
    def test_what_is_no_ring_is_refused_and_not_quoted(self, text: str) -> None:
        with pytest.raises(ValueError, match="master key") as refusal:
            KeyRing(text)

        assert not any(part in str(refusal.value) for part in text.split() if len(part) > 8)

    def test_a_key_is_not_shown(self) -> None:
        assert OLD.partition(":")[2] not in repr(KeyRing(OLD).keys)
        assert "secret" not in repr(KeyRing(OLD).newest)


class TestWrapping:
    async def test_a_key_comes_back(self) -> None:
        ring, key = KeyRing(OLD), DataKey.new()
        wrapped = await ring.wrap(key, person_id=PERSON)

        assert await ring.unwrap(wrapped, person_id=PERSON) == key
        assert key.secret not in wrapped.blob

    async def test_the_newest_wraps_and_all_unwrap(self) -> None:
        key = DataKey.new()
        wrapped = await KeyRing(OLD).wrap(key, person_id=PERSON)
        both = KeyRing(f"{OLD} {NEW}")

        assert await both.unwrap(wrapped, person_id=PERSON) == key
        assert (await both.wrap(key, person_id=PERSON)).master_key == 2

    async def test_a_key_unwraps_for_its_person_under_its_master_key_only(self) -> None:
        ring = KeyRing(f"{OLD} {NEW}")
        wrapped = await ring.wrap(DataKey.new(), person_id=PERSON)

        for other, person in (
            (wrapped, uuid4()),
            (replace(wrapped, master_key=1), PERSON),
            (replace(wrapped, master_key=3), PERSON),
            (replace(wrapped, id=uuid4()), PERSON),
            (replace(wrapped, blob=wrapped.blob[:-1]), PERSON),
        ):
            with pytest.raises(Broken):
                await ring.unwrap(other, person_id=person)


class TestFile:
    def test_a_file_that_is_replaced_is_read_again(self, tmp_path: Path) -> None:
        file = tmp_path / "keys"
        file.write_text(OLD)
        ring = KeyRing(file)
        assert ring.newest.number == 1

        replaced(file, f"{OLD}\n{NEW}\n")

        assert ring.newest.number == 2

    @pytest.mark.parametrize("content", ["no ring", None])
    def test_a_file_that_breaks_leaves_the_keys_that_are_held(
        self, tmp_path: Path, caplog: pytest.LogCaptureFixture, content: str | None
    ) -> None:
        file = tmp_path / "keys"
        file.write_text(OLD)
        ring = KeyRing(file)

        if content is None:
            file.unlink()
        else:
            replaced(file, content)

        assert [ring.newest.number for _ in range(3)] == [1, 1, 1]
        assert [record.message for record in caplog.records if record.levelno >= logging.ERROR] == [
            "master_keys.unreadable"
        ]


class TestIndexes:
    def test_equal_numbers_of_one_kind_under_one_key_have_equal_indexes(self) -> None:
        ring = KeyRing(f"{OLD} {NEW}")
        old, new = ring.keys[1], ring.keys[2]

        assert old.index("cccd", "054092999001") == KeyRing(OLD).newest.index("cccd", "054092999001")
        several = {
            old.index("cccd", "054092999001"),
            old.index("cccd", "054092999002"),
            old.index("passport", "054092999001"),
            new.index("cccd", "054092999001"),
        }
        assert len(several) == 4
        assert {len(index) for index in several} == {32}

    def test_a_number_is_asked_for_under_every_kind_and_key(self) -> None:
        ring = KeyRing(f"{OLD} {NEW}")

        asked = ring.indexes(("cccd", "cmnd"), "054092999001")

        assert set(asked) == {
            key.index(kind, "054092999001") for kind in ("cccd", "cmnd") for key in ring.keys.values()
        }


def replaced(file: Path, content: str) -> None:
    """Replace a file as a careful operator does: under another name first."""
    draft = file.with_suffix(".new")
    draft.write_text(content)
    draft.replace(file)
