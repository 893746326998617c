"""What the fuzzers draw, and what becomes of it: the result wanted, or one short line.

The inputs are the same each time; a longer search is made by raising `EXAMPLES`.
"""

import signal
import unicodedata
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any, NoReturn

from hypothesis import HealthCheck, settings
from hypothesis import strategies as st

from nas.errors import UserError

EXAMPLES = 150  # of each test of campaign files
LONGEST = 1100  # characters of a line
PROMPT = 10.0  # seconds of CPU time until an answer is there: these do not depend on the load
PATIENCE = 60.0  # and of wall time, for what waits


def fuzzed(examples: int = EXAMPLES) -> settings:
    """So many examples, the same each time, however long one takes."""
    return settings(
        max_examples=examples,
        derandomize=True,
        deadline=None,
        database=None,
        suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow],
    )


scalars = st.one_of(
    st.none(),
    st.booleans(),
    st.integers(),
    st.integers(-(10**40), 10**40),
    st.floats(),
    st.text(max_size=40),
    st.sampled_from(
        ["burgers", "full_grid", "../x.py", "~nouser/x.py", "redis://a:b@c", "1h", "\0"]
    ),
)
values = st.recursive(
    scalars,
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(scalars, inner, max_size=4),
    max_leaves=12,
)
yaml_like = st.text(
    st.sampled_from(list("abc01:-[]{}&*!|>%@`'\"#,? \n\t<\\~.\0\x1b\x85\u2028\ufeff\ud800é")),
    max_size=60,
)


def places(tree: Any) -> Iterator[tuple[Any, Any]]:
    """Each value of a tree, as what holds it and its key."""
    pairs = list(tree.items() if isinstance(tree, dict) else enumerate(tree))
    for key, value in pairs:
        yield tree, key
        if isinstance(value, dict | list):
            yield from places(value)


def damaged(content: bytes, data: st.DataObject) -> bytes:
    """The bytes of a file with some of them left out at a place, and others put there."""
    begin = data.draw(st.integers(0, len(content)))
    put, left_out = data.draw(st.binary(max_size=20)), data.draw(st.integers(0, 40))
    return content[:begin] + put + content[begin + left_out :]


@contextmanager
def prompt(seconds: float = PROMPT) -> Iterator[None]:
    """What takes longer than so much CPU time hangs."""

    def hangs(*_: Any) -> NoReturn:
        raise AssertionError(f"no answer within {seconds:g} s of CPU time, {PATIENCE:g} s of wall")

    before = {one: signal.signal(one, hangs) for one in (signal.SIGPROF, signal.SIGALRM)}
    signal.setitimer(signal.ITIMER_PROF, seconds)
    signal.setitimer(signal.ITIMER_REAL, PATIENCE)
    try:
        yield
    finally:
        signal.setitimer(signal.ITIMER_PROF, 0)
        signal.setitimer(signal.ITIMER_REAL, 0)
        for one, handler in before.items():
            signal.signal(one, handler)


def is_clear(read: Callable[[], object]) -> None:
    """Whether ``read`` soon ends well, or says in lines what is wrong."""
    told = "as it should be"
    try:
        with prompt():
            read()
    except UserError as error:
        told = str(error)
    assert_lines(told)


def assert_lines(told: str) -> None:
    """Short ones, none empty, and nothing in them has any power or is secret."""
    lines = told.split("\n")
    assert all(lines)
    assert max(map(len, lines)) <= LONGEST
    assert not any(unicodedata.category(c) in {"Cc", "Cs", "Zl", "Zp"} for c in "".join(lines))
    assert "b@c" not in told  # a password
