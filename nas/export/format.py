"""What a format of the portable program is: each file of `nas.export.formats` is one.

Its name is that of the format, as in ``nas export --format pt2``.
"""

import pkgutil
from collections.abc import Callable
from importlib import import_module
from typing import Protocol, cast

from nas.errors import UserError
from nas.export import formats
from nas.export.architecture import ProblemFacts
from nas.export.network import ExportedMixture

DEFAULT = "pt2"

Points = list[list[float]]  # (B, D)
# Points to the fields (B, C) and their gradients (C, B, D) by the coordinates.
Evaluate = Callable[[Points], tuple[list[list[float]], list[list[list[float]]]]]


class Format(Protocol):
    """The module of a format; it is also run by itself, where there is nothing of this package."""

    FILE: str  # the name of the program's file
    NEEDS: str  # what a user has to have

    __file__: str

    @staticmethod
    def serialise(network: ExportedMixture) -> bytes:
        """The content of the file."""
        ...

    @staticmethod
    def load(path: str) -> Evaluate:
        """The program at ``path``, by what it needs and the standard library alone.

        Called in a fresh process, so what it imports of this package is an error.
        """
        ...

    @staticmethod
    def usage(problem: ProblemFacts) -> str:
        """How to use the file, in Markdown, for the model card."""
        ...


def names() -> tuple[str, ...]:
    """The formats by name.

    Examples
    --------
    >>> DEFAULT in names()
    True
    """
    return tuple(sorted(module.name for module in pkgutil.iter_modules(formats.__path__)))


def find(name: str) -> Format:
    """The format called ``name``.

    Raises
    ------
    UserError
        If there is none.

    Examples
    --------
    >>> find("pt2").FILE
    'model.pt2'
    >>> find("docx")  # doctest: +ELLIPSIS
    Traceback (most recent call last):
    nas.errors.UserError: --format: expected one of ..., got 'docx'
    """
    if name not in names():
        raise UserError(f"--format: expected one of {', '.join(names())}, got {name!r}")
    return cast(Format, import_module(f"{formats.__name__}.{name}"))


def files() -> tuple[str, ...]:
    """The file names of all formats.

    Examples
    --------
    >>> "model.pt2" in files()
    True
    """
    return tuple(find(name).FILE for name in names())
