"""Routes, one module per collection. `ROUTERS` is all of them."""

from fastapi import APIRouter

from registry.api.routers import (
    cases,
    codes,
    episodes,
    front,
    grants,
    health,
    identity,
    lists,
    meta,
    organisations,
    persons,
    problems,
    reports,
    situation,
    tasks,
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
    reports.router,
    codes.router,
    grants.router,
    tasks.router,
    meta.router,
    health.router,
    problems.router,
)
