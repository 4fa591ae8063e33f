"""The verifier over logs in memory: thousands of tamperings, each is found; honest logs raise no alarm."""

# ruff: noqa: S311 - chance needs no secrecy here

import random
from collections.abc import Callable, Iterator
from copy import deepcopy
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from typing import Any
from uuid import UUID

import pytest

from registry.domain.audit_log import Claim, Entry, Fault, Inspection, Leaf, Position, Verdict, hash_of, written
from registry.domain.merkle import Tree

AT = datetime(2026, 11, 21, 3, 0, tzinfo=UTC)
TRIALS = 1_250
"""Of each of the eight ways to tamper: ten thousand in all."""


@dataclass
class Log:
    """A log as a database holds it: rows, leaves and checkpoints, all within the reach of whoever tampers."""

    rows: dict[Position, dict[str, Any]] = field(default_factory=dict)
    leaves: dict[Position, Leaf] = field(default_factory=dict)
    claims: list[Claim] = field(default_factory=list)

    def write(self, chance: random.Random, count: int) -> None:
        for _ in range(count):
            last = max(self.rows, default=Position(700, 0))
            position = Position(last.xid + chance.randint(0, 2), last.seq + chance.randint(1, 3))
            self.rows[position] = a_row(chance, position)

    def seal(self, source: str = "stored") -> None:
        tree = Tree()
        for index, position in enumerate(sorted(self.rows)):
            self.leaves[position] = Leaf(index, hash_of(self.rows[position]))
            tree.append(self.leaves[position].hash)
        self.claims.append(Claim(tree.size, tree.root, source))

    def restamp(self) -> None:
        """Compute every seal and every checkpoint anew."""
        sizes = [claim.size for claim in self.claims]
        self.leaves, self.claims = {}, []
        self.seal()
        whole, self.claims = self.claims[0], []
        tree = Tree()
        for index, position in enumerate(sorted(self.rows)):
            tree.append(self.leaves[position].hash)
            if index + 1 in sizes:
                self.claims.append(Claim(index + 1, tree.root, "stored"))
        self.claims.append(whole)

    def entries(self) -> Iterator[Entry]:
        for position in sorted({*self.rows, *self.leaves}):
            row = self.rows.get(position)
            hashed = None if row is None else hash_of(row)
            yield Entry(position, hashed, None if row is None else row["at"], self.leaves.get(position))


def a_row(chance: random.Random, position: Position) -> dict[str, Any]:
    return {
        "xid": position.xid, "seq": position.seq, "at": AT + timedelta(seconds=position.seq), "issuer": "urn:tests",
        "subject": f"officer {chance.randrange(9)}", "on_behalf_of": None, "operation": "get_person",
        "person_ids": [UUID(int=chance.randrange(99))], "decision": chance.choice(["allowed", "denied"]),
    }  # fmt: skip


def a_log(chance: random.Random) -> Log:
    log = Log()
    for _ in range(chance.randint(1, 3)):
        log.write(chance, chance.randint(2, 7))
        log.seal()
    if chance.random() < 0.5:
        log.write(chance, chance.randint(1, 3))
    return log


def verdict_of(log: Log, *outside: Claim) -> Verdict:
    inspection = Inspection([*log.claims, *outside])
    for entry in log.entries():
        inspection.take(entry)
    return inspection.close()


# Each way to tamper tells the first leaf at fault, and 0 where seals were made anew and only a root can tell.


def edit(log: Log, chance: random.Random) -> int:
    position = chance.choice(sorted(log.leaves))
    row, name = log.rows[position], chance.choice(["at", "issuer", "subject", "on_behalf_of", "person_ids", "decision"])
    row[name] = {"at": row["at"] + timedelta(microseconds=1), "person_ids": []}.get(name, f"{row[name]} ")
    return log.leaves[position].index


def delete(log: Log, chance: random.Random) -> int:
    position = chance.choice(sorted(log.leaves))
    del log.rows[position]
    return log.leaves[position].index


def delete_with_its_seal(log: Log, chance: random.Random) -> int:
    position = chance.choice(sorted(log.leaves)[:-1])
    index = log.leaves.pop(position).index
    del log.rows[position]
    if chance.random() < 0.5:  # and close the gap
        log.leaves = {at: Leaf(number, log.leaves[at].hash) for number, at in enumerate(sorted(log.leaves))}
        return 0
    return index


def insert(log: Log, chance: random.Random) -> int:
    before = chance.choice(sorted(log.leaves))
    position = Position(before.xid, before.seq - 1)
    if position in log.rows:
        position = Position(before.xid - 1, 10_000)
    log.rows[position] = a_row(chance, position)
    below = sum(sealed < position for sealed in log.leaves)
    if chance.random() < 0.5:  # and seal it
        log.leaves[position] = Leaf(below, hash_of(log.rows[position]))
        for number, sealed in enumerate(sorted(log.leaves)):
            log.leaves[sealed] = Leaf(number, log.leaves[sealed].hash)
        return 0
    return below


def swap(log: Log, chance: random.Random) -> int:
    one, other = sorted(chance.sample(sorted(log.leaves), 2))
    held = "xid", "seq"
    rows = log.rows[one], log.rows[other]
    log.rows[one], log.rows[other] = (
        row | {name: kept[name] for name in held} for row, kept in zip(reversed(rows), rows, strict=True)
    )
    if chance.random() < 0.5:  # and the seals with them
        for position in (one, other):
            log.leaves[position] = Leaf(log.leaves[position].index, hash_of(log.rows[position]))
        return 0
    return log.leaves[one].index


def truncate(log: Log, chance: random.Random) -> int:
    keep = chance.randrange(len(log.leaves))
    gone = sorted(log.leaves)[keep:]
    for position in [position for position in log.rows if position >= gone[0]]:
        del log.rows[position]
        log.leaves.pop(position, None)
    log.claims = [claim for claim in log.claims if claim.size <= keep]
    return keep


def restamp(log: Log, chance: random.Random) -> int:
    chance.choice([edit, delete, insert])(log, chance)
    log.leaves = {position: leaf for position, leaf in log.leaves.items() if position in log.rows}
    log.restamp()
    return 0


def roll_back(log: Log, chance: random.Random) -> int:
    truncate(log, chance)
    log.write(chance, chance.randint(0, 12))
    log.restamp()
    return 0


TAMPERING: tuple[Callable[[Log, random.Random], int], ...] = (
    edit, delete, delete_with_its_seal, insert, swap, truncate, restamp, roll_back,
)  # fmt: skip


@pytest.mark.parametrize("tamper", TAMPERING, ids=lambda tamper: tamper.__name__)
def test_every_tampering_is_found_against_a_checkpoint_outside(tamper: Callable[[Log, random.Random], int]) -> None:
    for seed in range(TRIALS):
        chance = random.Random(f"{tamper.__name__} {seed}")
        log = a_log(chance)
        outside = Claim(log.claims[-1].size, log.claims[-1].root, "outside")
        honest = deepcopy(log)

        first = tamper(log, chance)

        assert verdict_of(honest, outside).is_sound, seed
        verdict = verdict_of(log, outside)
        if sorted(honest.rows.items())[: outside.size] == sorted(log.rows.items())[: outside.size]:
            continue  # a swap of two equal rows, an officer added who was there: nothing sealed has changed
        assert not verdict.is_sound, seed
        index = verdict.findings[0].index
        assert index is not None, seed
        assert index <= first or not first, (seed, first, verdict.findings[0])


def test_honest_logs_raise_no_alarm() -> None:
    for seed in range(TRIALS):
        chance = random.Random(seed)
        log = a_log(chance)
        outside = list(log.claims)
        log.write(chance, chance.randint(0, 5))
        log.seal()

        verdict = verdict_of(log, *outside)

        assert (verdict.findings, verdict.unsealed) == ((), 0), seed
        assert verdict.agreeing == len(outside) + len(log.claims)


class TestFindings:
    @pytest.fixture
    def log(self) -> Log:
        log = Log()
        for _ in range(2):
            log.write(random.Random(1), 4)
            log.seal()
        return log

    def test_the_first_row_at_fault_is_named(self, log: Log) -> None:
        positions = sorted(log.rows)
        log.rows[positions[5]]["subject"] = "somebody else"
        del log.rows[positions[6]]

        findings = verdict_of(log).findings

        assert [(found.fault, found.index, found.position) for found in findings] == [
            (Fault.ROW_ALTERED, 5, positions[5]),
            (Fault.ROW_MISSING, 6, positions[6]),
        ]

    def test_a_restamped_log_is_told_from_which_checkpoint_on(self, log: Log) -> None:
        outside = [Claim(claim.size, claim.root, f"outside {claim.size}") for claim in log.claims]
        log.rows[sorted(log.rows)[5]]["subject"] = "somebody else"
        log.restamp()

        assert verdict_of(log).is_sound
        (found,) = verdict_of(log, *outside).findings
        assert (found.fault, found.source, found.since) == (Fault.ROOT_DIFFERS, "outside 8", 4)

    def test_rows_that_are_newer_are_counted_with_their_age(self, log: Log) -> None:
        log.write(random.Random(2), 2)

        verdict = verdict_of(log)

        newest = sorted(log.rows)[-2:]
        assert (verdict.is_sound, verdict.unsealed) == (True, 2)
        assert verdict.oldest_unsealed_at == log.rows[newest[0]]["at"]

    def test_a_log_that_is_shorter_than_what_was_signed(self, log: Log) -> None:
        outside = log.claims[-1]
        for position in sorted(log.rows)[6:]:
            del log.rows[position], log.leaves[position]
        log.claims.pop()

        assert verdict_of(log).is_sound
        (found,) = verdict_of(log, outside).findings
        assert (found.fault, found.index, found.since) == (Fault.LOG_SHORTENED, 6, 4)


class TestWrittenRow:
    def test_it_is_canonical_json_of_what_the_columns_hold(self) -> None:
        row = {
            "xid": 2**60, "at": AT, "subject": 'Ngữ "\n', "on_behalf_of": None, "person_ids": [UUID(int=1)],
            "unit_ids": [7],
        }  # fmt: skip

        assert written(row).decode() == (
            '{"at":"2026-11-21T03:00:00.000000Z","person_ids":["00000000-0000-0000-0000-000000000001"],'
            '"subject":"Ngữ \\"\\n","unit_ids":["7"],"xid":"1152921504606846976"}'
        )

    def test_nothing_and_a_column_left_out_are_the_same_and_anything_else_differs(self) -> None:
        assert written({"a": "1", "b": None}) == written({"a": "1"})
        others: tuple[dict[str, Any], ...] = (
            {"a": ""},
            {"a": []},
            {"a": ["1"]},
            {"a": "1", "b": ""},
            {"b": "1"},
            {"a": "None"},
            {},
        )
        assert len({written({"a": "1"}), *map(written, others)}) == 8
