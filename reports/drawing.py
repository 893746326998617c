"""One picture of the report by itself, for notebooks and one's own files."""

import difflib
import io

import matplotlib as mpl
from matplotlib.figure import Figure

from nas.errors import UserError
from nas.reports.figures import Picture, collect
from nas.reports.report import Report
from nas.reports.style import RC

MAIN = "solution"  # the figure that is drawn where none is named
_NEAR, _NAMED = 3, 6  # names that an error tells: near ones first, and how many in all
_DOTS = 144  # per inch in a notebook: sharp on most screens, and not too large


class Drawn(Figure):
    """A matplotlib figure that a notebook shows by itself; ``savefig`` writes it into a file.

    Pyplot does not know of it, so nobody has to close it.

    Examples
    --------
    >>> Drawn(figsize=(1, 1))._repr_png_()[1:4]
    b'PNG'
    """

    def _repr_png_(self) -> bytes:
        png = io.BytesIO()
        self.savefig(png, format="png", dpi=_DOTS)
        return png.getvalue()


def names(report: Report) -> tuple[str, ...]:
    """The names of all pictures that there are of a campaign, in the order of its page.

    Examples
    --------
    >>> from nas.reports import example
    >>> names(example.report())[:4]
    ('solution_u', 'error_u', 'residual', 'unknowns')
    """
    return tuple(picture.name for picture in _pictures(report))


def figure(report: Report, name: str = MAIN) -> Drawn:
    """Draw one picture, named as its files are, by `names`.

    Where all of a kind are one, as ``solution_u`` of a single field, the kind will do.

    Raises
    ------
    UserError
        If there is no such picture, or there are several.

    Examples
    --------
    >>> from nas.reports import example
    >>> figure(example.report()).axes[0].get_title()
    'prediction'
    >>> figure(example.report(), "loss")  # doctest: +ELLIPSIS
    Traceback (most recent call last):
    nas.errors.UserError: loss: no such picture of this campaign; ..., front, … (23 in all: ...
    """
    there = _pictures(report)
    found = [one for one in there if one.name == name]
    found = found or [one for one in there if one.name.startswith(f"{name}_")]
    if name == MAIN:
        found = found[:1]
    if len(found) != 1:
        raise _unclear(name, [one.name for one in found], [one.name for one in there])
    with mpl.rc_context(RC):
        drawn = Drawn(figsize=found[0].size)
        found[0].draw(drawn)
        drawn.draw_without_rendering()  # what is made only now has the report's style too
    return drawn


def _pictures(report: Report) -> list[Picture]:
    return [picture for pictures in collect(report).values() for picture in pictures]


def _unclear(name: str, several: list[str], there: list[str]) -> UserError:
    if several:
        return UserError(f"{name}: there are several; expected one of {', '.join(several)}")
    near = difflib.get_close_matches(str(name), there, n=_NEAR)
    near += [one for one in there if name and str(name) in one and one not in near]
    first = [*near, *(one for one in there if one not in near)][:_NAMED]
    meant = f"did you mean {near[0]}? There are" if near else "expected one of"
    rest = f", … ({len(there)} in all: result.figures)" if len(there) > len(first) else ""
    return UserError(f"{name}: no such picture of this campaign; {meant} {', '.join(first)}{rest}")
