"""Backups, and a restore under a service that has let go of the database."""

import asyncio
from dataclasses import dataclass
from pathlib import Path
from uuid import uuid4

from fastapi import FastAPI

from registry.db.backup import backup, restore
from registry.errors import CannotRun


@dataclass(frozen=True)
class Safe:
    """Where backups are kept."""

    url: str
    directory: Path
    programs: Path | None

    def backup(self) -> Path:
        file = self.directory / f"{uuid4()}.dump"
        backup(self.url, file, programs=self.programs)
        return file

    async def restore(self, file: Path, app: FastAPI) -> None:
        """Restore as soon as the server has closed what the service had open: it does so in its own time."""
        for _ in range(100):
            await app.state.sessions.kw["bind"].dispose()
            try:
                return restore(self.url, file, programs=self.programs)
            except CannotRun as error:
                if "a server uses this database" not in str(error):
                    raise
            await asyncio.sleep(0.1)
        raise AssertionError("the service does not let go")
