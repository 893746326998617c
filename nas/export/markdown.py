"""Text of others in Markdown: it is shown as it is, and does nothing.

A problem's file and a campaign's give titles, equations and names. Where the model card is read
as HTML, none of them may be markup, a link or a script; where it is printed in a terminal, none
may move the cursor.
"""

import html
import re
from collections.abc import Sequence

_MARKS = re.compile(r"([\\`*_\[\]|~#$!])")
_TAG = re.compile(r"<(?=[a-zA-Z/!?])")


def line(text: str) -> str:
    """``text`` in one line: no control character, nor one that reorders others, is left in it.

    Examples
    --------
    >>> line("a title\\n# another")
    'a title # another'
    >>> line("red \\x1b[31m")
    'red �[31m'
    """
    spaced = " ".join(text.split())
    return "".join(one if one.isprintable() else "�" for one in spaced)


def escaped(text: str) -> str:
    """``text`` in one line that Markdown shows as it is.

    Examples
    --------
    >>> escaped("<b>u_x</b> | *p*")
    '&lt;b&gt;u\\\\_x&lt;/b&gt; \\\\| \\\\*p\\\\*'
    """
    return _MARKS.sub(r"\\\1", html.escape(line(text), quote=False))


def code(text: str) -> str:
    """``text`` in one line that may stand among code: it ends no code and begins no tag.

    Examples
    --------
    >>> code("u < 1 and `u<script>`")
    "u < 1 and 'u< script>'"
    """
    return _TAG.sub("< ", line(text)).replace("`", "'")


def block(text: str) -> str:
    """``text`` as an indented block of code, line by line.

    Examples
    --------
    >>> print(block("u_t = u_xx\\n# no title"))
        u_t = u_xx
        # no title
    """
    return "\n".join(f"    {code(one)}" for one in text.splitlines())


def table(head: Sequence[str], rows: Sequence[Sequence[str]]) -> str:
    """A table of cells that are shown as they are.

    Examples
    --------
    >>> print(table(("of", "value"), [("a|b", "1")]))
    | of | value |
    | --- | --- |
    | a\\|b | 1 |
    """
    rule = f"| {' | '.join(['---'] * len(head))} |"
    first, *others = (f"| {' | '.join(map(escaped, cells))} |" for cells in [head, *rows])
    return "\n".join([first, rule, *others])
