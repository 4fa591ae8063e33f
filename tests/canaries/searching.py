"""Looking for what is to be kept in what a server and a service write."""

import subprocess
from base64 import b64encode
from collections.abc import Mapping
from pathlib import Path

import asyncpg

from registry.db import backup
from registry.embedded import EmbeddedPostgres


def seen(value: str, haystack: bytes) -> bool:
    """Whether the bytes hold the value, raw, in hexadecimal digits or in base64 at any offset."""
    raw = value.encode()
    in_base64 = (b64encode(b"x" * offset + raw)[4 if offset else 0 : -4] for offset in range(3))
    return any(form in haystack for form in (raw, raw.hex().encode(), raw.hex().upper().encode(), *in_base64))


def found(secrets: Mapping[str, str], haystack: bytes) -> list[str]:
    """The places of the secrets that the bytes hold."""
    return [place for secret, place in secrets.items() if seen(secret, haystack)]


def dumped(server: EmbeddedPostgres, directory: Path) -> bytes:
    """Make a backup, and write it out as the statements that it holds."""
    file = directory / "canaries.dump"
    backup.backup(server.url(), file, programs=server.bin_dir)
    restore = [str(server.bin_dir / "pg_restore"), "--no-owner", "--file=-", str(file)]
    return subprocess.run(restore, check=True, capture_output=True).stdout


async def files_of(server: EmbeddedPostgres, below: str = ".") -> dict[Path, bytes]:
    """Read all files of a server, or those in one of its directories, once everything is written."""
    connection = await asyncpg.connect(server.url().replace("+asyncpg", ""))
    await connection.execute("CHECKPOINT")
    await connection.close()
    directory = server.data_dir / "postgres" / below
    return {path: path.read_bytes() for path in sorted(directory.rglob("*")) if path.is_file()}


def log_of(server: EmbeddedPostgres) -> bytes:
    """Read what the server logs."""
    return (server.data_dir / "postgres.log").read_bytes()
