"""The time that an application or a worker is told, where it is not to stand still for a whole module."""

from dataclasses import dataclass
from datetime import datetime, timedelta

from tests.conftest import NOW


@dataclass
class Clock:
    """A clock that stands still until it is moved."""

    now: datetime = NOW

    def __call__(self) -> datetime:
        return self.now

    def move(self, by: timedelta) -> None:
        self.now += by
