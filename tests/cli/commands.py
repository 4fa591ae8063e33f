"""The `registry` command: in this process where that will do, in one of its own where signals matter."""

import gc
import os
import signal
import subprocess
import sys
from dataclasses import dataclass, field
from pathlib import Path
from typing import TypeAlias

import pytest

import registry
from registry.cli import main
from registry.vault.ring import new_entry

SOURCES = Path(registry.__file__).parents[1]

PATIENCE_SECONDS = 30

STRONG_SECRET = "3f9c1e7ab5d2486f0b7e91c4da6358f2"

PRODUCTION = {
    "secret": STRONG_SECRET,
    "master_keys": new_entry(1),
    "issuers": '[{"issuer": "https://issuer.example", "audience": "registry", "jwks_url": "https://issuer.example/jwks"}]',
}
"""Settings that a service needs beside its database."""


@dataclass(frozen=True)
class Outcome:
    """What a command said and how it left."""

    code: int
    said: str
    complaint: str


class Commands:
    """Runs commands in this process, with the environment that a test gives them."""

    def __init__(self, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> None:
        self._monkeypatch = monkeypatch
        self._capsys = capsys
        for name in [name for name in os.environ if name.startswith("REGISTRY_")]:
            monkeypatch.delenv(name)

    def __call__(self, *arguments: str, **environment: str) -> Outcome:
        self._monkeypatch.setattr(sys, "argv", ["registry", *arguments])
        for name, value in environment.items():
            self._monkeypatch.setenv(f"REGISTRY_{name.upper()}", value)
        code: str | int | None = 0
        signal.signal(signal.SIGALRM, _stop_serving)
        signal.alarm(PATIENCE_SECONDS)
        try:
            main()
        except SystemExit as end:
            code = end.code
        finally:
            signal.alarm(0)
            gc.enable()
        said = self._capsys.readouterr()
        if isinstance(code, str):
            return Outcome(1, said.out, code)
        return Outcome(code or 0, said.out, said.err)


def _stop_serving(*_: object) -> None:
    """End a command that serves where it should have refused."""
    os.kill(os.getpid(), signal.SIGTERM)


Process: TypeAlias = subprocess.Popen[str]


@dataclass
class Programs:
    """The command in processes of their own; none outlives its test."""

    data_dir: Path
    started: list[Process] = field(default_factory=list)

    def start(self, *arguments: str) -> Process:
        environment = {"PATH": os.environ["PATH"], "PYTHONPATH": str(SOURCES), "REGISTRY_DATA_DIR": str(self.data_dir)}
        program = subprocess.Popen(
            [sys.executable, "-m", "registry", *arguments],
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            text=True,
            env=environment,
            cwd="/",
        )
        self.started.append(program)
        return program

    def end(self) -> None:
        for program in self.started:
            with program:
                program.kill()
