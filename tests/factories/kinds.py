"""The kinds that a promise is tried on."""

import pytest

from registry.api.kinds.episodes import EPISODES
from registry.api.kinds.persons import PERSONS
from registry.api.kinds.situation import STATUSES
from registry.api.records.kind import Kind
from registry.db.tables.columns import OfUnit
from tests.factories.bodies import ALL_KINDS, OF_PEOPLE

SHAPES = (PERSONS, EPISODES, STATUSES)
"""A person, what belongs to a person, and what belongs to a unit: they differ in how they are found and locked."""

DIRECTORIES = {kind.singular for kind in ALL_KINDS if issubclass(kind.table, OfUnit) and kind.table.in_directory}
"""What everybody may look up, wherever it lies."""
CONFINED = tuple(kind for kind in ALL_KINDS if kind.singular not in DIRECTORIES)
"""Kinds that are out of sight beyond the caller's reach."""


def name_of(kind: Kind) -> str:
    return kind.singular


every_kind = pytest.mark.parametrize("shelf", ALL_KINDS, ids=name_of, indirect=True)
every_corrected_kind = pytest.mark.parametrize(
    "shelf", [kind for kind in ALL_KINDS if kind.is_corrected], ids=name_of, indirect=True
)
every_shape = pytest.mark.parametrize("shelf", SHAPES, ids=name_of, indirect=True)
every_confined_kind = pytest.mark.parametrize("shelf", CONFINED, ids=name_of, indirect=True)
every_kind_of_person = pytest.mark.parametrize("shelf", OF_PEOPLE, ids=name_of, indirect=True)
