"""Each promise of docs/promises.md has a test that is there."""

import re
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
PAGE = (ROOT / "docs" / "promises.md").read_text(encoding="utf-8")
ROWS = [line for line in PAGE.splitlines() if line.startswith("| ") and "| Test |" not in line]
NAMED = re.findall(r"`(test_\w+)`", PAGE)
FILES = re.findall(r"`(tests/[\w/]+\.py)`", PAGE)


@pytest.fixture(scope="module")
def functions() -> set[str]:
    found: set[str] = set()
    for path in (ROOT / "tests").rglob("test_*.py"):
        found |= set(re.findall(r"^def (test_\w+)\(", path.read_text(encoding="utf-8"), re.M))
    return found


@pytest.mark.parametrize("row", ROWS)
def test_each_line_names_its_test(row: str) -> None:
    *_, last, _ = row.split("|")
    assert "`test_" in last or "`tests/" in last


@pytest.mark.parametrize("name", NAMED)
def test_a_named_test_is_there(name: str, functions: set[str]) -> None:
    assert name in functions


@pytest.mark.parametrize("name", FILES)
def test_a_named_file_is_there(name: str) -> None:
    assert (ROOT / name).is_file()
