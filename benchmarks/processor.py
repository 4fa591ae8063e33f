"""Processor time of processes, from /proc: steadier than rates where cores are shared."""

import os
from pathlib import Path

_TICKS = os.sysconf("SC_CLK_TCK")


def seconds_of(pid: int) -> float:
    """Processor time that a process and its children have used, those that ended included.

    A child that ends while the others are read is in neither sum: then all are read again.
    """
    process = Path(f"/proc/{pid}")
    while True:
        ended = _of_ended_children(process)
        children = (path for path in Path("/proc").iterdir() if path.name.isdecimal() and _parent(path) == pid)
        used = _times(process) + sum(_times(path) for path in children)
        if ended == _of_ended_children(process):
            return used


def _fields(path: Path) -> list[str]:
    """Fields of `stat` from the third on, which follow the program's name in brackets (proc(5))."""
    try:
        return (path / "stat").read_text().rpartition(")")[2].split()
    except OSError:  # it has ended
        return ["", "0"] + ["0"] * 14


def _parent(path: Path) -> int:
    return int(_fields(path)[1])


def _of_ended_children(process: Path) -> list[str]:
    return _fields(process)[13:15]


def _times(path: Path) -> float:
    """User and system time, its own and that of children it has waited for."""
    return sum(int(ticks) for ticks in _fields(path)[11:15]) / _TICKS
