"""Sealing the audit log, putting the checkpoints outside, and holding the log against them."""

import os
from collections.abc import Iterable, Sequence
from datetime import datetime
from pathlib import Path
from urllib.parse import urlsplit

from sqlmodel.ext.asyncio.session import AsyncSession

from registry.db import seals
from registry.db.tables.seals import AuditCheckpointRow
from registry.domain.audit_log import Claim, Fault, Finding, Inspection, Verdict
from registry.domain.checkpoint import Checkpoint, NoCheckpoint
from registry.domain.merkle import Tree
from registry.errors import CannotRun
from registry.settings import Settings
from registry.signed_note import NoteInvalid, Signer, Verifier

SUFFIX = ".checkpoint"


def signer_of(settings: Settings) -> Signer:
    """Read the key that seals; its holder is named by the service's public address."""
    if settings.audit_key is None:
        raise CannotRun("set REGISTRY_AUDIT_KEY_FILE or REGISTRY_AUDIT_KEY")
    try:
        pem = settings.audit_key.get_secret_value().encode()
        return Signer.from_pem(f"{urlsplit(settings.public_url).netloc}/audit", pem)
    except NoteInvalid as error:
        raise CannotRun(f"REGISTRY_AUDIT_KEY: {error}") from None


async def seal(session: AsyncSession, signer: Signer, *, at: datetime) -> int:
    """Seal the next rows that can no longer change, and sign the tree that they make; tell how many they were.

    The former checkpoint is checked before anything is built upon it: whoever can write to the database must not get
    a signature under a tree of their own.
    """
    await seals.lock(session)
    rows = await seals.waiting(session)
    if not rows:
        return 0
    tree = _tree_of(await seals.last_checkpoint(session), signer.verifier)
    for row in rows:
        tree.append(row.hash)
    checkpoint = Checkpoint(signer.name, tree.size, tree.root, at)
    stored = AuditCheckpointRow(size=tree.size, sealed_at=at, peaks=list(tree.peaks), note=signer.sign(checkpoint.text))
    await seals.add(session, rows, stored)
    return len(rows)


async def publish(session: AsyncSession, directories: Iterable[Path]) -> None:
    """Put the newest checkpoint into every directory, as a file of its own that is never written again.

    One directory that fails does not keep the others from theirs.
    """
    newest = await seals.last_checkpoint(session)
    if newest is None:
        return
    name = Path(f"{newest.sealed_at:%Y-%m-%d}", f"{newest.size:015}{SUFFIX}")
    failures = [failure for directory in directories if (failure := _put(directory / name, newest.note))]
    if failures:
        raise CannotRun("; ".join(failures))


async def inspect(session: AsyncSession, verifiers: Sequence[Verifier], outside: Iterable[Path]) -> Verdict:
    """Hold every row against its seal, and the tree of them against every checkpoint, here and outside."""
    notes = [(f"checkpoint {row.size}", row.note) for row in await seals.checkpoints(session)]
    notes += [
        (str(file), file.read_text(encoding="utf-8", errors="replace")) for path in outside for file in _files_of(path)
    ]
    claims, invalid = [], []
    for source, note in notes:
        try:
            checkpoint = _opened(note, verifiers)
            claims.append(Claim(checkpoint.size, checkpoint.root, source))
        except (NoteInvalid, NoCheckpoint):
            invalid.append(Finding(Fault.CHECKPOINT_INVALID, source=source))
    inspection = Inspection(claims)
    async for entry in seals.log(session):
        inspection.take(entry)
    return inspection.close().joined(invalid)


def _tree_of(former: AuditCheckpointRow | None, verifier: Verifier) -> Tree:
    if former is None:
        return Tree()
    try:
        signed = Checkpoint.parse(verifier.open(former.note))
        tree = Tree(former.size, former.peaks)
    except ValueError:
        raise CannotRun(f"checkpoint {former.size} is not what was signed: run `registry audit verify`") from None
    if (signed.size, signed.root) != (tree.size, tree.root):
        raise CannotRun(f"checkpoint {former.size} is not what was signed: run `registry audit verify`")
    return tree


def _opened(note: str, verifiers: Iterable[Verifier]) -> Checkpoint:
    for verifier in verifiers:
        try:
            return Checkpoint.parse(verifier.open(note))
        except NoteInvalid:
            continue
    raise NoteInvalid("signed by nobody whose key is known")


def _files_of(path: Path) -> list[Path]:
    """Find the checkpoints of a directory; a file is one itself. None there must not look like nothing wrong."""
    found = sorted(path.rglob(f"*{SUFFIX}")) if path.is_dir() else [path] if path.is_file() else []
    if not found:
        raise CannotRun(f"{path}: no checkpoint is there")
    return found


def _put(file: Path, note: str) -> str | None:
    """Write a file that is not there yet; say what went wrong. A crash leaves a draft, never a part under its name."""
    draft = file.with_name(f"{file.name}.draft")
    try:
        if file.exists():
            return None if file.read_bytes() == note.encode() else f"{file} is another checkpoint than ours"
        file.parent.mkdir(exist_ok=True)
        with draft.open("w", encoding="utf-8") as opened:
            opened.write(note)
            opened.flush()
            os.fsync(opened.fileno())
        draft.rename(file)
        _keep_names(file.parent)
    except OSError as error:
        return f"{file}: {error.strerror}"
    return None


def _keep_names(directory: Path) -> None:
    """Have a directory's names written to the disk: a file that is there may lose its name otherwise."""
    opened = os.open(directory, os.O_RDONLY)
    try:
        os.fsync(opened)
    finally:
        os.close(opened)
