"""Schema upgrades: Alembic under an advisory lock, so that two starters never upgrade at once."""

from functools import cache
from pathlib import Path

import anyio.to_thread
from alembic import command
from alembic.config import Config
from alembic.script import ScriptDirectory

_IN_WHEEL = Path(__file__).parents[1] / "migrations"
_IN_CHECKOUT = Path(__file__).parents[3] / "migrations"


def config(url: str) -> Config:
    """Configure Alembic for one database, from a checkout or from an installed wheel."""
    alembic = Config()
    alembic.set_main_option("script_location", str(_IN_WHEEL if _IN_WHEEL.is_dir() else _IN_CHECKOUT))
    alembic.attributes["url"] = url
    return alembic


@cache
def head() -> str:
    """The revision this code was written for."""
    return str(ScriptDirectory.from_config(config("")).get_current_head())


async def upgrade(url: str, revision: str = "head") -> None:
    """Bring the schema up to a revision."""
    await anyio.to_thread.run_sync(command.upgrade, config(url), revision)


async def downgrade(url: str, revision: str) -> None:
    """Take the schema back to a revision."""
    await anyio.to_thread.run_sync(command.downgrade, config(url), revision)


async def check(url: str) -> None:
    """Raise unless the tables in the code are those in the database."""
    await anyio.to_thread.run_sync(command.check, config(url))
