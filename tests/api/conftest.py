"""What the application logs."""

import io
import logging
from collections.abc import Iterator

import pytest

from registry import logs


@pytest.fixture
def logged() -> Iterator[io.StringIO]:
    """Collect what the configured logs write."""
    root = logging.getLogger()
    handlers, level = root.handlers[:], root.level
    stream = io.StringIO()
    logs.configure("json", level=logging.DEBUG, stream=stream)
    yield stream
    logging.captureWarnings(capture=False)
    root.handlers[:] = handlers
    root.setLevel(level)
