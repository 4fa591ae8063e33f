"""Logins of the database server: what is run under which."""

import asyncpg
from sqlalchemy.engine import make_url


async def execute(url: str, *statements: str) -> None:
    connection = await asyncpg.connect(url.replace("+asyncpg", ""))
    try:
        for statement in statements:
            await connection.execute(statement)
    finally:
        await connection.close()


def under(url: str, login: str) -> str:
    return make_url(url).set(username=login, password=login).render_as_string(hide_password=False)


def quoted(login: str) -> str:
    return '"' + login.replace('"', '""') + '"'
