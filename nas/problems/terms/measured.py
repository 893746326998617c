"""Tables of measured values: arrays by name, or a CSV file.

Axis legend: n points, D coordinates.
"""

import csv
import hashlib
import io
from pathlib import Path
from typing import Any

import numpy as np

from nas.errors import UserError
from nas.files import read_bytes
from nas.problems.domains import Array, Domain
from nas.problems.domains.finite import finite


def read(path: Path) -> dict[str, Array]:
    """The columns (n,) of a CSV file by the names in its first line.

    Raises
    ------
    UserError
        If it cannot be read, or is no table of finite numbers.

    Examples
    --------
    >>> path = Path("lab.csv")
    >>> _ = path.write_text("x,u\\n0,1.5\\n1,2.5\\n")
    >>> read(path)["u"].tolist()
    [1.5, 2.5]
    """
    try:
        text = io.StringIO(read_bytes(path).decode("utf-8-sig"), newline="")
        lines = [line for line in csv.reader(text) if any(cell.strip() for cell in line)]
    except (OSError, UnicodeDecodeError, csv.Error) as error:
        raise UserError(
            f"observations: {path}: expected a CSV file, could not read it ({error}); in a "
            "problem's file Path(__file__).with_name(...) finds one beside it"
        ) from error
    if len(lines) < 2:
        raise UserError(f"observations: {path}: expected a line of names and lines of numbers")
    names = [name.strip() for name in lines[0]]
    _check_first_line(path, names)
    for number, line in enumerate(lines[1:], start=2):
        if len(line) != len(names):
            raise UserError(
                f"observations: {path}, line {number}: expected {len(names)} numbers, as many as "
                f"the first line has names ({', '.join(names)}), got {len(line)}"
            )
    columns = zip(*lines[1:], strict=True)
    return {name: column(name, values) for name, values in zip(names, columns, strict=True)}


def _check_first_line(path: Path, names: list[str]) -> None:
    if len(names) == 1 and any(mark in names[0] for mark in ";\t|"):
        raise UserError(
            f"observations: {path}: expected columns separated by commas, and a point in decimal "
            f"numbers; the first line is {names[0]!r:.60}"
        )
    for name in names:
        if not name or names.count(name) > 1:
            raise UserError(
                f"observations: {path}: expected columns of distinct names, got "
                f"{', '.join(map(repr, names)):.80}"
            )


def column(name: object, values: Any) -> Array:
    """A column (n,) of finite numbers.

    Raises
    ------
    UserError
        If it is not one.

    Examples
    --------
    >>> column("u", [1, 2]).tolist()
    [1.0, 2.0]
    """
    array = np.atleast_1d(finite(f"observations: {name}", values, "leave such rows out"))
    if array.ndim != 1:
        raise UserError(
            f"observations: {name}: expected one number a point, got an array {array.shape}"
        )
    return array


def check_inside(where: str, domain: Domain, points: Array) -> None:
    """Raise `UserError` unless all ``points`` (n, D) lie in the closed domain.

    Examples
    --------
    >>> from nas.problems.domains import Box
    >>> check_inside("rod", Box(x=(0, 1)), np.array([[0.5], [2.0]]))
    Traceback (most recent call last):
    nas.errors.UserError: rod: expected points in the domain, got 1 outside, the first at x=2
    """
    outside = ~domain.contains(points)
    if outside.any():
        at = points[int(np.argmax(outside))]
        place = ", ".join(
            f"{name}={value:g}" for name, value in zip(domain.coordinates, at, strict=True)
        )
        raise UserError(
            f"{where}: expected points in the domain, got {int(outside.sum())} outside, the first "
            f"at {place}"
        )


def digest(*arrays: Array) -> str:
    """What tells these numbers from others, short enough for a name.

    Examples
    --------
    >>> digest(np.zeros(3)) == digest(np.zeros(3)) != digest(np.ones(3))
    True
    """
    found = hashlib.sha256()
    for array in arrays:
        found.update(np.ascontiguousarray(array).tobytes())
    return found.hexdigest()[:8]
