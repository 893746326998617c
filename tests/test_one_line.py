"""Whatever a text holds, it is shown on one short line and moves nothing."""

import pickle
import unicodedata

import pytest

from nas.errors import UserError
from nas.one_line import MOST, cut, one_line


@pytest.mark.parametrize(
    ("text", "shown"),
    [
        ("plain text, naïve → 8×32 · σ", "plain text, naïve → 8×32 · σ"),
        ("a\x1b[2J\x1b]0;title\x07b", r"a\x1b[2J\x1b]0;title\x07b"),
        ("a\nb\rc\td", r"a\nb\rc\td"),
        ("a\x85b\u2028c\u2029d\x00", r"a\x85b\u2028c\u2029d\x00"),
        ("right\u202eto\u2066left", r"right\u202eto\u2066left"),
        ("half \ud800, raw \udcff", r"half \ud800, raw \udcff"),
        ("a\u00a0b", "a\u00a0b"),
        ("postgresql://me:secret@host/db: no", "postgresql://me:***@host/db: no"),
        ("postgresql://me:se/cr:e@t@host/db", "postgresql://me:***@host/db"),
        ("x?user=me&password=secret&y=1", "x?user=me&password=***&y=1"),
        ("http://host:80/a", "http://host:80/a"),
    ],
)
def test_what_a_text_holds_is_written_out(text: str, shown: str) -> None:
    assert one_line(text) == shown


@pytest.mark.parametrize("length", [MOST + 1, 9 * MOST, 10_000_000])
def test_long_text_keeps_its_two_ends_and_tells_what_was_left_out(length: int) -> None:
    shown = one_line("begin" + (length - 8) * "x" + "end")
    assert shown.startswith("beginx")
    assert shown.endswith("xend")
    assert len(shown) < MOST + 40
    assert f"({length - MOST:,} characters left out)" in shown


def test_a_value_is_cut_behind_its_password() -> None:
    assert cut("x" * 60) == "x" * 60
    assert cut("x" * 61) == "x" * 60 + "… (1 characters more)"
    assert "secret" not in cut("postgresql://me:" + 100 * "secret" + "@host")


def test_an_error_has_a_clean_line_for_each_thing() -> None:
    error = UserError("a\x1b[2J\nb: wrong", "c: " + 10_000 * "x")
    first, second = str(error).splitlines()
    assert first == r"a\x1b[2J\nb: wrong"
    assert len(second) < MOST + 40
    assert not any(unicodedata.category(character) == "Cc" for character in first + second)
    assert str(pickle.loads(pickle.dumps(error))) == str(error)  # from a worker
