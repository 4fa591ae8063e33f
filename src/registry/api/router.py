"""A router that is asked for its own addresses only: FastAPI tries every route before the right one, in turn."""

import re
from functools import cached_property

from fastapi import APIRouter
from fastapi.routing import iter_route_contexts
from starlette.routing import Match
from starlette.types import Scope

_NAMED_GROUP = re.compile(r"\?P<\w+>")


class Router(APIRouter):
    """A collection's routes, behind one question: whether the path may be theirs at all.

    The addresses are its own: it is included under no further prefix.
    """

    def matches(self, scope: Scope) -> tuple[Match, Scope]:
        """Ask the routes one by one only where one of them has the path."""
        if self._addresses.match(scope["path"].removeprefix(scope.get("root_path", ""))) is None:
            return Match.NONE, {}
        return super().matches(scope)

    @cached_property
    def _addresses(self) -> re.Pattern[str]:
        """The paths of all routes; they are complete when the first request comes."""
        paths = {_NAMED_GROUP.sub("?:", route.path_regex.pattern) for route in iter_route_contexts(self.routes)}
        return re.compile("|".join(sorted(paths)))
