"""Routes, one module per collection. `ROUTERS` is all of them."""

from fastapi import APIRouter

from registry.api.routers import (
    cases,
    codes,
    episodes,
    front,
    health,
    identity,
    lists,
    organisations,
    persons,
    problems,
    situation,
    units,
)

ROUTERS: tuple[APIRouter, ...] = (
    front.router,
    units.router,
    organisations.router,
    lists.router,
    persons.router,
    identity.documents,
    identity.residences,
    cases.files,
    cases.tests,
    cases.determinations,
    cases.substance_uses,
    episodes.router,
    situation.router,
    codes.router,
    health.router,
    problems.router,
)
