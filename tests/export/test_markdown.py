from collections.abc import Callable

import pytest

from nas.export.markdown import block, code, escaped, line, table

HOSTILE = "<script>alert(1)</script>\n# x \x1b[31m\x9b2J\u202e [a](javascript:b) ![c](d) |`*_~$&lt;"


@pytest.mark.parametrize("shown", [line, escaped, code])
def test_nothing_leaves_its_line_or_moves_a_cursor(shown: Callable[[str], str]) -> None:
    text = shown(f"a\r\n\t\x0b\x85\u2028\u2029b\x00\x07{HOSTILE}\ud800")
    assert text.isprintable()
    assert len(text.splitlines()) == 1
    assert text.startswith("a b��")


def test_text_is_shown_as_it_is() -> None:
    text = escaped(HOSTILE)
    assert "<" not in text
    assert "&lt;script&gt;" in text
    assert r"\[a\](javascript:b) \!\[c\](d) \|\`\*\_\~\$&amp;lt;" in text
    assert escaped("Burgers' equation, 2-D (ν = 0.01): é") == "Burgers' equation, 2-D (ν = 0.01): é"


def test_code_holds_neither_tags_nor_its_own_end() -> None:
    assert code("a<b <!-- </x> <?y `q` u < 1") == "a< b < !-- < /x> < ?y 'q' u < 1"
    assert block("```\n<b>\n\nc") == "    '''\n    < b>\n    \n    c"


def test_a_cell_stays_in_its_column() -> None:
    assert table(("x|y",), [("a\nb|c",)]).splitlines() == [r"| x\|y |", "| --- |", r"| a b\|c |"]
