"""The page of all keys is what `nas keys --markdown` says."""

from pathlib import Path

from nas.campaign import keys

PAGE = Path(__file__).parents[2] / "docs" / "keys.md"


def test_the_page_has_the_keys_as_they_are() -> None:
    lines = PAGE.read_text(encoding="utf-8").splitlines()
    assert [line for line in lines if line.startswith("|")] == keys.markdown()
