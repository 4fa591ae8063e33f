"""What is installed is what was tested: each package by its hashes, from wherever the machine's own index is."""

import re
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[1]


@pytest.mark.parametrize("name", ["requirements.txt", "requirements-dev.txt"])
def test_every_package_is_pinned_by_its_hashes(name: str) -> None:
    text = re.sub(r"\s*#.*", "", (ROOT / name).read_text("utf-8"))
    packages = [line for line in text.replace("\\\n", " ").splitlines() if line.strip()]
    assert len(packages) > 20
    for line in packages:
        assert re.match(
            r"[A-Za-z0-9._-]+(\[[a-z,]+\])?==[^\s;]+( ;[^-]+)? +--hash=sha256:[0-9a-f]{64}", line.strip()
        ), line


@pytest.mark.parametrize("name", ["requirements.txt", "requirements-dev.txt"])
def test_no_address_is_baked_in(name: str) -> None:
    assert "://" not in (ROOT / name).read_text("utf-8")
    assert "--index" not in (ROOT / name).read_text("utf-8")
