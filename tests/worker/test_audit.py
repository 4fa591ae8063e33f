"""The worker and the audit log: it seals, and a minute later the checkpoint is outside."""

import asyncio
from datetime import timedelta
from pathlib import Path
from uuid import uuid4

import pytest
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from cryptography.hazmat.primitives.serialization import Encoding, NoEncryption, PrivateFormat
from pydantic import SecretStr

from registry.db import context, trail
from registry.db.engine import Sessions, transaction
from registry.domain.job import JobOutcome
from registry.settings import Settings
from registry.usecases import sealing
from registry.worker.jobs import JOBS
from tests.factories.clock import Clock
from tests.factories.rows import ACT
from tests.worker.conftest import Hire, Rows

OURS = [job for job in JOBS if job.name.startswith("audit_")]


@pytest.fixture(scope="module")
def outside(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return tmp_path_factory.mktemp("outside")


@pytest.fixture(scope="module")
def settings(settings: Settings, outside: Path) -> Settings:
    key = Ed25519PrivateKey.generate().private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption())
    return settings.model_copy(update={"audit_key": SecretStr(key.decode()), "audit_checkpoint_dirs": (outside,)})


def is_anything_in(outside: Path) -> bool:
    return any(outside.rglob("*.checkpoint"))


@pytest.fixture
async def told(sessions: Sessions) -> None:
    """An audit row that waits for its seal."""
    async with context.closed_transaction(sessions) as session:
        await trail.audit(session, ACT, persons=(uuid4(),))


@pytest.mark.usefixtures("told")
async def test_it_seals_and_puts_the_checkpoint_outside(
    hire: Hire, clock: Clock, sessions: Sessions, settings: Settings, outside: Path
) -> None:
    worker = hire(*OURS)
    await worker.prepare()
    for _ in range(200):
        await worker.run_due(asyncio.Event())
        if is_anything_in(outside):
            break
        clock.move(timedelta(minutes=1))
        await asyncio.sleep(0.05)
    signer = sealing.signer_of(settings)

    async with transaction(sessions) as session:
        verdict = await sealing.inspect(session, [signer.verifier], [outside])

    assert (verdict.is_sound, verdict.size, verdict.agreeing) == (True, 1, 2)


@pytest.mark.usefixtures("told")
async def test_without_a_key_sealing_fails_and_the_other_job_goes_on(
    hire: Hire, settings: Settings, rows: Rows
) -> None:
    worker = hire(*OURS)
    worker._settings = settings.model_copy(update={"audit_key": None})

    await worker.prepare()
    await worker.run_due(asyncio.Event())

    noted = await rows()
    assert {name: (row.outcome, row.error) for name, row in noted.items()} == {
        "audit_sealed": (JobOutcome.FAILED, "CannotRun"),
        "audit_checkpoint_published": (JobOutcome.DONE, None),
    }
