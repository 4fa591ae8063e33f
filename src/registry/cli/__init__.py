"""The `registry` command."""

import gc
import sys


def main() -> None:
    """Run the command; what keeps it from its work is told in one line."""
    gc.disable()  # a third of the start went into looking through modules and the map, which stay; see service.Server
    try:
        from registry.cli.commands import app, sentence_of  # noqa: PLC0415 - an installation may lack a package
    except ModuleNotFoundError as error:
        sys.exit(f"registry: the package {error.name} is missing: install the requirements first (make run does)")
    try:
        app(prog_name="registry")
    except Exception as error:
        sentence = sentence_of(error)
        if sentence is None:
            raise
        sys.exit(f"registry: {sentence}")
