"""Become another program that gives up root and cannot outlive its parent; run as a script, stdlib only.

    python guard.py PARENT UID GID PROGRAM [ARGUMENT ...]

A process of its own rather than code between fork and exec, which is unsafe beside threads.
"""

import ctypes
import os
import signal
import sys

PR_SET_PDEATHSIG = 1


def main(parent: int, uid: int, gid: int, command: list[str]) -> None:
    if os.geteuid() == 0:
        os.setgroups([])
        os.setgid(gid)
        os.setuid(uid)
    # After setuid, which would clear it. SIGINT is PostgreSQL's fast shutdown: roll back, checkpoint, exit.
    ctypes.CDLL(None).prctl(PR_SET_PDEATHSIG, signal.SIGINT)
    if os.getppid() != parent:
        sys.exit("the parent died before the guard stood")
    try:
        os.execv(command[0], command)  # noqa: S606 - becoming that program is the point
    except OSError as error:
        sys.exit(f"{command[0]}: {error.strerror}")


if __name__ == "__main__":
    main(int(sys.argv[1]), int(sys.argv[2]), int(sys.argv[3]), sys.argv[4:])
