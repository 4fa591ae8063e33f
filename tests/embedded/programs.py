"""Programs that use the package in processes of their own."""

import os
import subprocess
import sys
from pathlib import Path

import registry

SOURCES = Path(registry.__file__).parents[1]


class Programs:
    """Python programs that use the package in processes of their own; none outlives its test."""

    def __init__(self) -> None:
        self._started: list[subprocess.Popen[str]] = []

    def start(
        self,
        source: str,
        data_dir: Path,
        *,
        python: str = sys.executable,
        import_path: Path = SOURCES,
        locale: str = "C.UTF-8",
        uid: int | None = None,
    ) -> subprocess.Popen[str]:
        program = subprocess.Popen(
            [python, "-c", source, data_dir],
            stdout=subprocess.PIPE,
            text=True,
            env={"PYTHONPATH": str(import_path), "PATH": os.environ["PATH"], "LC_ALL": locale},
            cwd="/",
            user=uid,
            extra_groups=None if uid is None else [],
        )
        self._started.append(program)
        return program

    def end(self) -> None:
        for program in self._started:
            with program:
                program.kill()
