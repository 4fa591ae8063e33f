"""Checkpoints outside, where writing fails half-way: what has the name of a checkpoint is a whole one."""

import resource
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest
from sqlmodel.ext.asyncio.session import AsyncSession

from registry.db.tables.seals import AuditCheckpointRow
from registry.errors import CannotRun
from registry.usecases import sealing
from tests.conftest import NOW

NOTE = "registry.example/audit\n1\nAAECAwQFBgcICQoLDA0ODxAREhMUFRYXGBkaGxwdHh8=\n"


@contextmanager
def no_file_longer_than(size: int) -> Iterator[None]:
    """Let the system cut off what is written beyond, as a full disk or a crash would."""
    before = resource.getrlimit(resource.RLIMIT_FSIZE)
    resource.setrlimit(resource.RLIMIT_FSIZE, (size, before[1]))
    try:
        yield
    finally:
        resource.setrlimit(resource.RLIMIT_FSIZE, before)


async def test_one_that_was_cut_off_is_not_there_and_is_written_anew(session: AsyncSession, tmp_path: Path) -> None:
    session.add(AuditCheckpointRow(size=1, sealed_at=NOW, peaks=[b"\0" * 32], note=NOTE))
    await session.flush()

    with pytest.raises(CannotRun, match="File too large"), no_file_longer_than(10):
        await sealing.publish(session, [tmp_path])
    assert [file for file in files_in(tmp_path) if file.endswith(".checkpoint")] == []

    await sealing.publish(session, [tmp_path])
    assert files_in(tmp_path) == {f"{NOW:%Y-%m-%d}/000000000000001.checkpoint": NOTE}


def files_in(directory: Path) -> dict[str, str]:
    files = (path for path in directory.rglob("*") if path.is_file())
    return {str(file.relative_to(directory)): file.read_text(encoding="utf-8") for file in files}
