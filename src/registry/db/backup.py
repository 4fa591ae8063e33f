"""Backup and restore with PostgreSQL's own programs. A restore begins the feed and the audit log's order anew.

So does `begin_anew`, for what was recovered without us: to a point in time, or by a standby that had not all of it.
"""

import contextlib
import os
import re
import shutil
import signal
import subprocess
import tempfile
from pathlib import Path
from typing import IO, cast

from registry.db import address, roles
from registry.errors import CannotRun

_ALONE = """
DO $$ BEGIN
  IF EXISTS (SELECT FROM pg_stat_activity WHERE datname = current_database() AND application_name = 'registry') THEN
    RAISE EXCEPTION 'a server uses this database: stop it first';
  END IF;
END $$;
BEGIN;
"""

_EMPTY = f"""
{roles.MAKE}
DROP SCHEMA IF EXISTS app CASCADE;
DROP SCHEMA public CASCADE;
CREATE SCHEMA public AUTHORIZATION pg_database_owner;
GRANT USAGE ON SCHEMA public TO PUBLIC;
"""

_NEW_EPOCH = """
DO $$ BEGIN
  UPDATE public.service_state SET value = jsonb_build_object('id', gen_random_uuid()) WHERE key = 'feed_epoch';
  IF NOT FOUND THEN
    RAISE EXCEPTION 'the database holds no epoch of the feed';
  END IF;
END $$;
TRUNCATE public.change_feed;
"""
"""A feed of the epoch before is of no use: nobody's position lies in it. And on another server the transactions that it
names would lie ahead of all that are counted there, as if they were still to be told."""

# Read in the role that sees past the policies: an owner who is no superuser would find an empty log.
_NEW_ERA = """
SET ROLE registry_backup;
SELECT coalesce(max(seq), 0) + 1 AS next_seq FROM public.audit_event \\gset
RESET ROLE;
INSERT INTO public.service_state AS state (key, value)
VALUES ('audit_eras', jsonb_build_object('begin', jsonb_build_array(:next_seq)))
ON CONFLICT (key) DO UPDATE
SET value = jsonb_build_object('begin', (state.value -> 'begin') || (excluded.value -> 'begin'));
"""

_BEGIN_ANEW = f"{_NEW_EPOCH}{_NEW_ERA}COMMIT;\n"
_BEFORE = f"{_ALONE}{_EMPTY}".encode()
# The script has emptied the search path, and everything belongs to whoever restores.
_AFTER = f"{roles.GIVE_FUNCTIONS}{_BEGIN_ANEW}".encode()

_ROWS = ("--role=registry_backup", "--no-unlogged-table-data")
"""All rows, in the role that reads past the policies: a table's owner does not, and a dump without rows must never
be made. Not the counters of the hour: they begin anew, and who saw whom stands in the audit log."""

_COMPLAINT = re.compile(r"(?:ERROR|FATAL|error): +(.+)")


def backup(url: str, file: Path, *, programs: Path | None) -> None:
    """Write the database into a new file that only its owner may read; a broken backup never takes its name."""
    if file.exists():
        raise CannotRun(f"{file} exists already")
    draft = file.with_name(f"{file.name}.{os.getpid()}")
    draft.touch(mode=0o600, exist_ok=False)
    try:
        with tempfile.TemporaryFile() as words:
            command = [_program("pg_dump", programs), "--format=custom", "--no-password", *_ROWS, f"--file={draft}"]
            done = subprocess.run(command, env=_environment(url), stderr=words, check=False)
            _require(done.returncode, words, "pg_dump")
        draft.rename(file)
    finally:
        draft.unlink(missing_ok=True)


def restore(url: str, file: Path, *, programs: Path | None) -> None:
    """Replace the database by a backup in one transaction that also begins another epoch of the feed.

    A client's position in the feed belongs to one history; after a restore that history may have
    been lost, so that the epoch must never be seen unchanged beside restored data. psql receives the
    backup as a script, without the end of its transaction until all of the backup has been read.
    """
    environment = _environment(url)
    write = _reading_a_script(programs)
    read = [_program("pg_restore", programs), "--no-owner", "--file=-", str(file)]
    with tempfile.TemporaryFile() as words, tempfile.TemporaryFile() as reader_words:
        with subprocess.Popen(
            write, stdin=subprocess.PIPE, stdout=subprocess.DEVNULL, stderr=words, env=environment
        ) as writer:
            reader = _feed(cast("IO[bytes]", writer.stdin), read, reader_words)
        _require(reader, reader_words, "pg_restore")
        _require(writer.returncode, words, "psql")


def begin_anew(url: str, *, programs: Path | None) -> None:
    """Begin another epoch of the feed on a database that lost its last changes behind our back."""
    with tempfile.TemporaryFile() as words:
        done = subprocess.run(
            _reading_a_script(programs),
            input=f"{_ALONE}{_BEGIN_ANEW}".encode(),
            stdout=subprocess.DEVNULL,
            stderr=words,
            env=_environment(url),
            check=False,
        )
        _require(done.returncode, words, "psql")


def _reading_a_script(programs: Path | None) -> list[str]:
    return [_program("psql", programs), "-X", "--quiet", "--no-password", "--set=ON_ERROR_STOP=1", "--file=-"]


def _feed(script: IO[bytes], read: list[str], words: IO[bytes]) -> int:
    """Write the whole script, and give pg_restore's return code; without the end, psql rolls everything back."""
    with contextlib.suppress(BrokenPipeError), script:
        script.write(_BEFORE)
        script.flush()
        reader = subprocess.run(read, stdout=script, stderr=words, check=False)
        if reader.returncode == 0:
            script.write(_AFTER)
        if reader.returncode != -signal.SIGPIPE:
            return reader.returncode
    return 0  # psql has left: what it said tells why


def _program(name: str, programs: Path | None) -> str:
    """Find the program of the embedded release, or the machine's own for a server that is named."""
    found = shutil.which(name, path=programs)
    if found is None:
        raise CannotRun(f"{name} is not installed: PostgreSQL's client programs are needed")
    return found


def _environment(url: str) -> dict[str, str]:
    return {
        **os.environ,
        **address.variables(url),
        "PGAPPNAME": "registry-backup",
        "LC_ALL": "C",
        "PGOPTIONS": "-c client_min_messages=warning",
    }


def _require(returncode: int, words: IO[bytes], program: str) -> None:
    """Turn a failure into the program's own first complaint, without the details that quote values."""
    if returncode:
        words.seek(0)
        complaint = _COMPLAINT.search(words.read().decode(errors="replace"))
        raise CannotRun(f"{program}: {complaint[1] if complaint else 'it failed'}")
