"""Why a command gives up."""


class CannotRun(Exception):
    """The command cannot do its work; the message is one line for the person at the keyboard."""
