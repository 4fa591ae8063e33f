"""What the database holds, whatever the application would answer of it."""

from typing import Any, TypeAlias

from fastapi import FastAPI
from sqlalchemy import text

from registry.db.engine import transaction

Row: TypeAlias = tuple[Any, ...]


async def rows(app: FastAPI, statement: str, **parameters: object) -> list[Row]:
    """Ask as the owner of the tables, who may also change them behind the application's back."""
    async with transaction(app.state.sessions) as session:
        answer = await (await session.connection()).execute(text(statement), parameters)
        return [tuple(row) for row in answer.all()] if answer.returns_rows else []
