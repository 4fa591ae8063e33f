"""What `make fault` pushes while servers are killed is what the service takes, of every kind that it can."""

import random
from collections.abc import Callable, Sequence
from datetime import date

import httpx
import pytest

from fault.notebook import Notebook, Places
from fault.scenes import OPERATIONS, SCENES, UNTOLD
from registry.domain.sync import SyncKind
from tests.api.push.pushing import push, statuses
from tests.factories.posted import posted_person

Scene = Callable[[Notebook, Sequence[str]], None]
ALWAYS = {SyncKind.PERSON, SyncKind.DRUG_TEST}
"""What every batch tells of, with a scene or without."""


def told(scene: Scene, people: Sequence[str], number: int = 0) -> Notebook:
    chance = random.Random(f"{scene.__name__} {number}")  # noqa: S311 - the same each time, and no other one
    notebook = Notebook(number, Places(["22015"], date(2020, 12, 31)), chance)
    scene(notebook, people)
    return notebook


@pytest.mark.parametrize("number", [0, 3])
@pytest.mark.parametrize("scene", SCENES, ids=lambda scene: scene.__name__.strip("_"))
async def test_every_scene_is_applied(manager: httpx.AsyncClient, scene: Scene, number: int) -> None:
    people = [await posted_person(manager, from_on="2020-12-31") for _ in range(3)]
    operations = told(scene, people, number).operations

    results = await push(manager, *reversed(operations))

    assert statuses(results) == ["applied"] * len(operations), results
    assert len(operations) <= OPERATIONS


def test_scenes_tell_of_every_kind_that_travels() -> None:
    kinds = {operation["kind"] for scene in SCENES for operation in told(scene, ["a", "b", "c"]).operations}

    assert kinds == set(SyncKind) - UNTOLD - ALWAYS
