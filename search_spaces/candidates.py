"""Candidates: what may differ between two architectures, declared once.

A field of `Candidate` is an axis of the search space. All else loops over `AXES`: the keys of a
campaign file, the columns of the tables, statistics, figures, exports. To add an axis, add a field
here, and let the network family (`nas.networks`) do what it says.

Axes with a default are left out where all candidates have it (`in_play`): names stay as short, and
pages as calm, as they were before the axis was added.
"""

import re
import sys
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field, fields
from typing import Any

Level = str | int | float


@dataclass(frozen=True, eq=False)
class Axis:
    """One thing in which architectures differ, and how it is read, ordered, written and drawn.

    Parameters
    ----------
    name
        Of the candidate's field, of the tables' column, of the figures.
    plural
        The key of a search space that lists its levels: ``depths: [2, 3]``.
    kind
        The type of a level.
    expected
        What a level has to be, in words for an error: ``an integer ≥ 1``.
    accepts
        Whether a value is such a level.
    usual
        The levels of a search space that names none.
    before
        What stands before the level in a candidate's name: ``×`` in ``2×32``.
    default
        The level that is meant where none is given; None where one has to be given.
    ordered
        Whether levels have an order, and are drawn from light to dark; else each has a hue.
    hues
        Of some levels, the same in every report (Okabe and Ito 2008, safe for the colour-blind).
    shown
        A level in the words of `text`.

    Examples
    --------
    >>> axis = AXES[1]
    >>> axis.name, axis.plural, axis.text(2)
    ('depth', 'depths', '2')
    """

    name: str
    plural: str
    kind: type
    expected: str
    accepts: Callable[[Any], bool]
    usual: tuple[Level, ...]
    before: str
    default: Level | None = None
    ordered: bool = True
    hues: Mapping[str, str] = field(default_factory=dict)
    shown: Callable[[Any], str] = str

    def text(self, level: Any) -> str:
        """A level as people write it: ``2``, ``0.5``, ``10`` for 10.0; a corner by its angle."""
        text = self.shown(self.kind(level))
        return text.removesuffix(".0") if self.kind is float else text

    def check(self, level: Any) -> None:
        """Raise `ValueError` unless ``level`` is one."""
        if not self.accepts(level):
            raise ValueError(f"{self.name}={level!r}: expected {self.expected}")


def _axis(**facts: Any) -> Any:
    """A field of `Candidate`, and all facts about its axis but its name and type."""
    default = {"default": facts["default"]} if "default" in facts else {}
    return field(metadata=facts, **default)


def _is_name(value: Any) -> bool:
    return isinstance(value, str) and bool(value)


def _is_count(value: Any) -> bool:
    return isinstance(value, int) and not isinstance(value, bool) and value >= 1


def _is_factor(value: Any) -> bool:
    number = isinstance(value, int | float) and not isinstance(value, bool)
    return number and 0 < value <= sys.float_info.max


ALL, OUTPUT = "all", "output"  # what of a network is learnt


_NAMED = r"( [^\W\d]\w*)"
_MODES = "[1-9][0-9]{0,2}"
_NUMBER = r" -?[0-9]+(\.[0-9]+)?(e[-+]?[0-9]+)?"
_CORNER = f"corner{_NAMED}{{2}}({_NUMBER}){{6}}"  # see `nas.networks.corner`
_ENCODING = re.compile(
    f"raw|fourier {_MODES}{_NAMED}*|periodic{_NAMED}+( {_MODES})?|{_CORNER}( {_CORNER})*"
)


def _is_encoding(value: Any) -> bool:
    """Whether it is written in the one way there is, so that no two levels are one encoding."""
    if not isinstance(value, str) or _ENCODING.fullmatch(value) is None:
        return False
    kind, *words = value.split(" ")
    if kind == "corner":
        corners = value.removeprefix("corner ").split(" corner ")
        numbers = [word for one in corners for word in one.split(" ")[2:]]
        return len(set(corners)) == len(corners) and all(
            word == f"{float(word):.15g}" for word in numbers
        )
    one_mode = kind == "periodic" and words[-1] == "1"
    return len(set(words)) == len(words) and not one_mode


def _encoding_shown(encoding: str) -> str:
    """Itself; but of corners, which are no names, how many they are, and of which angle."""
    corners = encoding.split("corner ")[1:]
    if not corners:
        return encoding
    angle = max(float(one.split(" ")[4]) for one in corners)
    if len(corners) == 1:
        return f"at a corner of {angle:.0f}°"
    return f"at {len(corners)} corners of up to {angle:.0f}°"


@dataclass(frozen=True, order=True)
class Candidate:
    """One architecture: a level of each axis.

    Parameters
    ----------
    activation
        By its name; what it computes is in `nas.calculus.activations`.
    depth, width
        Hidden layers, and units in each of them.
    scale
        The factor by which the initial weights of the first layer are multiplied: how fast the
        untrained network varies along the coordinates.
    encoding
        What the first layer sees of the scaled coordinates: ``raw``, the coordinates themselves;
        ``fourier 4``, beside them the sines and cosines of their first four modes (``fourier 4 x``:
        of x these alone); ``periodic x``,
        instead of x its sine and cosine, so that the network repeats itself along x with the
        domain's extent (``periodic x y 3``: in two coordinates, three modes each); ``corner x y``
        and six numbers for each corner in the plane of x and y, beside the coordinates
        powers of the distance from these (see `nas.networks.corner`).
    learns
        What is learnt: ``all``, or ``output``: the hidden layers stay as they are drawn, and the
        output layer is solved by least squares (random features; Dwivedi & Srinivasan 2020). The
        first layer is then drawn as waves of random direction, frequency and phase; ``scale``
        counts in the highest frequency that so many waves can span, so 1 or less is of use.

    Raises
    ------
    ValueError
        If one is no level of its axis.

    Examples
    --------
    >>> print(Candidate("sine", 2, 32))
    sine 2×32
    >>> print(Candidate("sine", 2, 32, scale=10, encoding="periodic x"))
    sine 2×32 ×10 periodic x
    >>> print(Candidate("sine", 1, 800, scale=0.5, learns="output"))
    sine 1×800 ×0.5 output
    """

    activation: str = _axis(
        plural="activations",
        expected="a name such as 'tanh'",
        accepts=_is_name,
        usual=("sine", "tanh", "swish", "softplus"),
        before="",
        ordered=False,
        hues={
            "sine": "#0072B2",
            "tanh": "#D55E00",
            "swish": "#009E73",
            "softplus": "#CC79A7",
            "gelu": "#E69F00",
        },
    )
    depth: int = _axis(
        plural="depths", expected="an integer ≥ 1", accepts=_is_count, usual=(2, 3), before=" "
    )
    width: int = _axis(
        plural="widths",
        expected="an integer ≥ 1",
        accepts=_is_count,
        usual=(16, 32, 64),
        before="×",
    )
    scale: float = _axis(
        plural="scales",
        expected="a number above 0",
        accepts=_is_factor,
        usual=(1.0,),
        before=" ×",
        default=1.0,
    )
    encoding: str = _axis(
        plural="encodings",
        expected="raw, fourier M, or periodic with coordinates, each once, and perhaps M > 1; "
        "or corner with two coordinates and six numbers",
        accepts=_is_encoding,
        usual=("raw",),
        before=" ",
        default="raw",
        ordered=False,
        shown=_encoding_shown,
    )
    learns: str = _axis(
        plural="learning",
        expected="all, or output: the hidden layers stay as they are drawn",
        accepts=lambda value: isinstance(value, str) and value in (ALL, OUTPUT),
        usual=(ALL,),
        before=" ",
        default=ALL,
        ordered=False,
    )

    def __post_init__(self) -> None:
        for axis in AXES:
            level = getattr(self, axis.name)
            axis.check(level)
            object.__setattr__(self, axis.name, axis.kind(level))  # 10 and 10.0 are one level

    def __str__(self) -> str:
        return written(self)


AXES: tuple[Axis, ...] = tuple(
    Axis(one.name, kind=one.type, **one.metadata)  # type: ignore[arg-type]
    for one in fields(Candidate)
)


def levels_of(candidate: Any) -> dict[str, Any]:
    """Name and level of each axis, of a `Candidate` or of anything with such attributes.

    Examples
    --------
    >>> levels_of(Candidate("tanh", 3, 20))["width"]
    20
    """
    return {axis.name: getattr(candidate, axis.name, axis.default) for axis in AXES}


def written(candidate: Any) -> str:
    """The short name of a candidate, or of a row of a table with columns for axes.

    An axis that the row lacks, or that is at its default, is left out.

    Examples
    --------
    >>> written(Candidate("tanh", 3, 20))
    'tanh 3×20'
    """
    parts = []
    for axis in AXES:
        level = getattr(candidate, axis.name, axis.default)
        if level != axis.default:
            parts.append(axis.before + axis.text(level))
    return "".join(parts).strip()


def in_play(levels: Mapping[str, Iterable[Any]]) -> tuple[Axis, ...]:
    """The axes that may tell anything: those without a default, or with a level other than it.

    Parameters
    ----------
    levels
        For each axis by name the levels that occur, such as the columns of a table.

    Examples
    --------
    >>> table = {"activation": ["tanh", "sine"], "depth": [2], "width": [16, 32]}
    >>> [axis.name for axis in in_play(table)]
    ['activation', 'depth', 'width']
    """
    return tuple(
        axis
        for axis in AXES
        if axis.default is None or any(level != axis.default for level in levels.get(axis.name, ()))
    )
