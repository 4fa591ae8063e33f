"""`registry audit`: seal the log, show its checkpoints, and prove that nobody has changed it."""

import asyncio
from collections.abc import Awaitable, Callable, Sequence
from datetime import datetime
from pathlib import Path
from typing import Annotated, TypeVar

import typer
from sqlmodel.ext.asyncio.session import AsyncSession

from registry.api.clock import system_clock
from registry.cli.host import settings_with
from registry.database import one_transaction, open_database
from registry.db import context, seals
from registry.domain.audit_log import Fault, Finding, Verdict
from registry.errors import CannotRun
from registry.signed_note import NoteInvalid, Verifier
from registry.usecases import sealing

app = typer.Typer(help="The audit log: seal it, and prove it.", no_args_is_help=True, rich_markup_mode=None)

T = TypeVar("T")

DIFFERS, UNSEALED = 1, 3
"""How `verify` leaves; 2 is a command that was not understood."""

SENTENCES = {
    Fault.ROW_ALTERED: "the row is not the one that was sealed",
    Fault.ROW_MISSING: "the row that was sealed is gone",
    Fault.ROW_INSERTED: "a row stands among sealed ones and was never sealed",
    Fault.LEAF_MISSING: "seals are gone from here on",
    Fault.LEAF_MISPLACED: "the seal is not in its place",
    Fault.ROOT_DIFFERS: "the log is not the one that the checkpoint signs, although rows and seals agree",
    Fault.LOG_SHORTENED: "the log ends here, and the checkpoint signs a longer one",
    Fault.CHECKPOINT_INVALID: "not a checkpoint that one of the public keys has signed",
}


@app.command("seal")
def seal_now() -> None:
    """Seal what waits, and put the newest checkpoint outside. The worker does both by itself."""
    settings = settings_with("audit_key")
    signer = sealing.signer_of(settings)

    async def seal(session: AsyncSession) -> int:
        return await sealing.seal(session, signer, at=system_clock())

    async def publish(session: AsyncSession) -> None:
        await sealing.publish(session, settings.audit_checkpoint_dirs)

    count = 0
    with open_database(settings.of_worker()) as database:
        while sealed := _run(database.url, seal):
            count += sealed
        _run(database.url, publish)
    typer.echo(f"{count} rows sealed.")


@app.command()
def verify(
    checkpoints: Annotated[
        list[Path] | None,
        typer.Option("--checkpoint", help="A checkpoint kept outside, or a directory of them. May be repeated."),
    ] = None,
    public_key: Annotated[
        Path | None,
        typer.Option("--public-key", help="A file with public keys, one per line; without it, the service's own."),
    ] = None,
) -> None:
    """Compute every seal anew from the rows and hold them against the checkpoints.

    Leaves with 1 if anything differs, and with 3 if nothing does, and rows have waited for their seal for more than
    five minutes.

    Without a checkpoint from outside, only those in the database are compared: whoever holds the database and the key
    could have made these.
    """
    settings = settings_with("audit_key")
    verifiers = _verifiers(public_key) if public_key else [sealing.signer_of(settings).verifier]

    async def inspect(session: AsyncSession) -> Verdict:
        return await sealing.inspect(session, verifiers, checkpoints or ())

    now = system_clock()  # before the log is read, which may take minutes: rows are no later than they were then
    with open_database(settings.of_worker()) as database:
        verdict = _run(database.url, inspect)
    for line in _report(verdict, now=now):
        typer.echo(line)
    if not checkpoints:
        typer.echo("No checkpoint from outside was compared: whoever holds database and key could have made these.")
    if not verdict.is_sound:
        raise typer.Exit(DIFFERS)
    raise typer.Exit(0 if verdict.is_sealed(now) else UNSEALED)


@app.command("checkpoints")
def list_checkpoints() -> None:
    """Print the newest checkpoint as it was signed; the list of all is `GET /v1/audit/checkpoints`."""

    async def newest(session: AsyncSession) -> str:
        row = await seals.last_checkpoint(session)
        if row is None:
            raise CannotRun("nothing is sealed yet")
        return row.note

    with open_database(settings_with("audit_key").of_worker()) as database:
        typer.echo(_run(database.url, newest), nl=False)


@app.command("public-key")
def show_public_key() -> None:
    """Print the public key with which others check the checkpoints: name+id+key (C2SP signed-note)."""
    typer.echo(sealing.signer_of(settings_with("audit_key")).verifier)


def _run(url: str, work: Callable[[AsyncSession], Awaitable[T]]) -> T:
    async def in_one_transaction() -> T:
        async with one_transaction(url) as session:
            await context.act_as_worker(session)
            return await work(session)

    return asyncio.run(in_one_transaction())


def _verifiers(file: Path) -> list[Verifier]:
    try:
        return [Verifier.parse(line) for line in file.read_text(encoding="utf-8").splitlines() if line.strip()]
    except NoteInvalid as error:
        raise CannotRun(f"{file}: {error}") from None


def _report(verdict: Verdict, *, now: datetime) -> Sequence[str]:
    lines = [_line(finding) for finding in verdict.findings]
    if verdict.is_sound:
        lines.append(f"{verdict.size} rows are as they were sealed; {verdict.agreeing} checkpoints agree.")
    if verdict.oldest_unsealed_at is not None:
        age = int((now - verdict.oldest_unsealed_at).total_seconds())
        lines.append(f"{verdict.unsealed} newer rows are not yet sealed, the oldest for {age} seconds.")
    if not verdict.is_sealed(now):
        lines.append(
            "That is too long: does the worker run, or does a transaction stay open (`registry_feed_lag_seconds`)?"
        )
    return lines


def _line(finding: Finding) -> str:
    place = [] if finding.index is None else [f"leaf {finding.index}"]
    place += [] if finding.position is None else [f"row ({finding.position.xid}, {finding.position.seq})"]
    place += [] if finding.source is None else [finding.source]
    return f"{finding.fault}: {', '.join(place)}: {SENTENCES[finding.fault]}"
