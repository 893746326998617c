"""What a format of the portable program is: each file of `nas.export.formats` is one.

Its name is that of the format, as in ``nas export --format pt2``.
"""

import pkgutil
from collections.abc import Callable
from importlib import import_module
from typing import Any, Protocol, cast

from nas.errors import UserError
from nas.export import formats
from nas.export.architecture import ProblemFacts
from nas.export.network import ExportedMixture

DEFAULT = "pt2"

DOUBLE = "float64"  # what a mixture is trained and described in

Points = list[list[float]]  # (B, D)
# The fields (B, C) at points and their gradients (C, B, D) by the coordinates, or None for these.
Answer = tuple[list[list[float]], list[list[list[float]]] | None]


class Format(Protocol):
    """The module of a format; it is also run by itself, where there is nothing of this package."""

    FILE: str  # the name of the program's file
    NEEDS: str  # what a user has to have
    DTYPES: tuple[str, ...]  # what it can compute in; the first of them if nobody asks

    __file__: str

    @staticmethod
    def serialise(network: ExportedMixture, dtype: str = DOUBLE) -> bytes:
        """The content of the file, which computes in ``dtype``; ``network`` is in float64."""
        ...

    @staticmethod
    def load(path: str) -> Any:
        """The program at ``path``, by what it needs and the standard library alone, on one core.

        Called in a fresh process, like `evaluate` and `prepared`, so what these import of this
        package is an error.
        """
        ...

    @staticmethod
    def evaluate(program: Any, points: Points) -> Answer:
        """What the ``program`` gives that `load` has loaded."""
        ...

    @staticmethod
    def prepared(program: Any, points: Points) -> Callable[[], object]:
        """What computes the fields at ``points`` and nothing else: for the clock."""
        ...

    @staticmethod
    def usage(problem: ProblemFacts, dtype: str = DOUBLE) -> str:
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


def check_dtype(format: Format, dtype: str) -> None:
    """Raise `UserError` unless programs of ``format`` can compute in ``dtype``.

    Examples
    --------
    >>> check_dtype(find("pt2"), "float64")
    >>> check_dtype(find("pt2"), "float32")
    Traceback (most recent call last):
    nas.errors.UserError: --dtype: expected float64 with the format of model.pt2, got 'float32'; \
take --format onnx
    """
    if dtype not in format.DTYPES:
        other = next((name for name in names() if dtype in find(name).DTYPES), "")
        raise UserError(
            f"--dtype: expected {' or '.join(format.DTYPES)} with the format of {format.FILE}, "
            f"got {dtype!r}" + (f"; take --format {other}" if other else "")
        )


def files() -> tuple[str, ...]:
    """The file names of all formats.

    Examples
    --------
    >>> "model.pt2" in files()
    True
    """
    return tuple(find(name).FILE for name in names())
