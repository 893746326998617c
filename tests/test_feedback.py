"""How much a command says on its way: nothing, runs and phases, or all."""

import logging
from collections.abc import Iterator

import pytest
import typer

from nas import feedback
from nas.exit_codes import INTERRUPTED
from nas.runner.dispatcher import Interrupted

LINES = [
    ("nas", logging.WARNING),
    ("nas", logging.INFO),
    ("nas.phases", logging.INFO),
    ("nas.readings", logging.DEBUG),
]


@pytest.fixture
def levels() -> Iterator[None]:
    """Those that were there are there again."""
    names = ("nas", "nas.phases", "nas.readings")
    before = [logging.getLogger(name).level for name in names]
    yield
    assert [logging.getLogger(name).level for name in names] == before


@pytest.mark.usefixtures("levels")
@pytest.mark.parametrize(
    ("quiet", "verbose", "drawn", "heard"),
    [
        (False, False, False, [True, True, True, False]),
        (False, False, True, [True, True, False, False]),
        (False, True, True, [True, True, True, True]),
        (False, True, False, [True, True, True, True]),
        (True, False, False, [True, False, False, False]),
    ],
)
def test_as_much_is_heard_as_is_wanted(
    quiet: bool, verbose: bool, drawn: bool, heard: list[bool], monkeypatch: pytest.MonkeyPatch
) -> None:
    """On a terminal phases are drawn, and leave no line."""
    monkeypatch.setattr("rich.console.Console.is_terminal", drawn)
    with feedback.watched(quiet, verbose):
        found = [logging.getLogger(name).isEnabledFor(level) for name, level in LINES]
    assert found == heard


@pytest.mark.usefixtures("levels")
@pytest.mark.parametrize(
    ("saved", "told"), [(True, "all is saved"), (False, "the last checkpoints are kept")]
)
def test_an_interrupt_is_a_line(saved: bool, told: str, capsys: pytest.CaptureFixture[str]) -> None:
    with pytest.raises(typer.Exit) as ended, feedback.watched(quiet=True, verbose=False):
        raise Interrupted(saved)
    assert ended.value.exit_code == INTERRUPTED
    line = f"interrupted; {told}: run the same command again to go on\n"
    assert capsys.readouterr().err == line


def test_what_is_said_has_no_power_and_columns_stand_below_one_another(
    capsys: pytest.CaptureFixture[str],
) -> None:
    feedback.say("a\x1b[2Jb", "c")
    feedback.say_columns([("one", "1"), ("eleven", "11")])
    assert capsys.readouterr().out == "a\\x1b[2Jb\nc\none     1\neleven  11\n"
