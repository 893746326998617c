"""Is the exported program the trained mixture, where there is nothing of this package?

Two independent paths: the program in a fresh process, and the mixture's own Taylor arithmetic in
this one. The fresh process also tells how fast the program is.

Axis legend: S derivatives, B points, D coordinates, C fields.
"""

import copy
import json
import subprocess
import sys
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import torch
from torch import Tensor

from nas.calculus.jets import DerivativeSet, unit
from nas.calculus.program import Program
from nas.export.architecture import ProblemFacts
from nas.export.format import DOUBLE, Format
from nas.export.proof import AT_ONCE, POINTS, Proof
from nas.mixture.mixture import Mixture

TOLERANCE = 1e-6
_SINGLE = 1e-5  # of float32, whose last digit is the seventh
ROUNDINGS = 10  # times what the last digits decide
MOST = 1e-3  # whatever they decide
_PATIENCE = 300  # seconds; a machine under load takes ten
# A derivative smaller than this part of (field / half the domain's extent) is rounding: it is
# measured against the field's size then.
_FLOOR = 1e-6


class NotEquivalent(Exception):  # noqa: N818 - not the user's to mend, nor a mere error
    """The exported program was not shown to be the trained mixture; nothing was exported.

    Examples
    --------
    >>> isinstance(NotEquivalent("u differs"), Exception)
    True
    """


def check(
    format: Format, program: Path, mixture: Mixture, problem: ProblemFacts, dtype: str = DOUBLE
) -> Proof:
    """Compare ``program`` in a fresh process with ``mixture``; return the differences.

    At most 1e-6 is allowed (in float32 1e-5), or `ROUNDINGS` times what the last digit of the
    weights decides, where that is more: two ways to add up random waves of large amplitudes agree
    no better.

    Raises
    ------
    NotEquivalent
        If a difference is larger or not a number, or the fresh process fails.

    Examples
    --------
    A program that gives 7 everywhere:

    >>> from types import SimpleNamespace
    >>> from nas.export import example
    >>> from nas.training.example import mixture
    >>> _ = Path("sevens.py").write_text(
    ...     "def load(path):"
    ...     "    return None\\n"
    ...     "def evaluate(program, points):"
    ...     "    return [[7.0]] * len(points), [[[0.0]] * len(points)]\\n"
    ...     "def prepared(program, points):"
    ...     "    return lambda: None"
    ... )
    >>> sevens = SimpleNamespace(__file__="sevens.py")
    >>> check(sevens, Path("model"), mixture(), example.PROBLEM)  # doctest: +ELLIPSIS
    Traceback (most recent call last):
    nas.export.equivalence.NotEquivalent: model differs from the trained mixture, u by ...
    """
    points = draw(problem).to(getattr(torch, dtype)).double()  # as the program can be given them
    expected = by_jets(mixture, points, problem)
    answer = run(format, program, points, AT_ONCE)
    got = _named(answer, problem)
    differences = compare(got, expected, mixture.half_extent, problem)
    least = TOLERANCE if dtype == DOUBLE else _SINGLE
    wrong = {name: value for name, value in differences.items() if not value <= least}
    if wrong:
        rounding = last_digits(mixture, points, expected, problem, dtype)
        allowed = {name: min(max(least, ROUNDINGS * rounding[name]), MOST) for name in wrong}
        found = ", ".join(
            f"{name} by {value:.1e} relative, where at most {allowed[name]:.0e} is allowed"
            for name, value in wrong.items()
            if not value <= allowed[name]
        )
        if found:
            raise NotEquivalent(
                f"{program.name} differs from the trained mixture, {found}; nothing was exported: "
                + ("name another run with --run" if dtype == DOUBLE else "leave out --dtype")
            )
    return Proof(differences, dtype, answer.get("points_per_second"))


@torch.no_grad()
def last_digits(
    mixture: Mixture,
    points: Tensor,
    expected: Mapping[str, Tensor],
    problem: ProblemFacts,
    dtype: str = DOUBLE,
) -> dict[str, float]:
    """How much the last binary digit of each weight decides, by name, as `compare` measures it.

    It is the last digit in ``dtype``.

    Examples
    --------
    >>> from nas.export import example
    >>> from nas.training.example import mixture
    >>> points = draw(example.PROBLEM)
    >>> expected = by_jets(mixture(), points, example.PROBLEM)
    >>> max(last_digits(mixture(), points, expected, example.PROBLEM).values()) < 1e-14
    True
    """
    other, generator = copy.deepcopy(mixture), torch.Generator().manual_seed(0)
    for weight in other.parameters():
        up = torch.randint(2, weight.shape, generator=generator).to(weight) * 2 - 1
        weight.mul_(1 + torch.finfo(getattr(torch, dtype)).eps * up)
    return compare(by_jets(other, points, problem), expected, mixture.half_extent, problem)


def draw(problem: ProblemFacts) -> Tensor:
    """The points (B, D) of the comparison, inside the bounding box and always the same.

    Examples
    --------
    >>> from nas.export import example
    >>> draw(example.PROBLEM).shape
    torch.Size([64, 1])
    """
    low, high = torch.tensor(problem.bounds, dtype=torch.float64).unbind(-1)
    generator = torch.Generator().manual_seed(0)
    drawn = torch.rand(POINTS, len(low), dtype=torch.float64, generator=generator)
    return low + (high - low) * drawn


@torch.no_grad()
def by_jets(mixture: Mixture, points: Tensor, problem: ProblemFacts) -> dict[str, Tensor]:
    """Fields and first derivatives by name, each (B,), from the mixture's own arithmetic.

    Examples
    --------
    >>> from nas.export import example
    >>> from nas.training.example import mixture
    >>> points = draw(example.PROBLEM)
    >>> {name: len(of) for name, of in by_jets(mixture(), points, example.PROBLEM).items()}
    {'u': 64, 'u.t': 64}
    """
    dimension = points.shape[-1]
    derivatives = DerivativeSet([unit(axis, dimension) for axis in range(dimension)], dimension)
    jet = _physical(mixture(points, derivatives)[..., : len(problem.fields)], problem, points)
    found = {}
    for c, field in enumerate(problem.fields):
        found[field] = jet[0, :, c]
        for axis, coordinate in enumerate(problem.coordinates):
            found[f"{field}.{coordinate}"] = jet[derivatives.index[unit(axis, dimension)], :, c]
    return found


def _physical(jet: Tensor, problem: ProblemFacts, points: Tensor) -> Tensor:
    """The jet (S, B, C) of the fields from that of the mixture: values and first derivatives."""
    ansatz = problem.ansatz
    if ansatz is None:
        return jet
    scaled = jet * jet.new_tensor(ansatz.scales)
    scaled[0] += jet.new_tensor(ansatz.offsets)
    if ansatz.program is None:
        return scaled
    program = Program(ansatz.program)
    values = program(points)
    slopes = torch.func.vmap(torch.func.jacfwd(lambda x: program(x[None])[0]))(points)
    both = torch.cat([values[None], slopes.movedim(-1, 0)])  # (S, B, 2 C)
    a, b = both.chunk(2, dim=-1)
    product = b[:1] * scaled  # B u', and B' u with it
    product[1:] += b[1:] * scaled[:1]
    return a + product


def run(format: Format, program: Path, points: Tensor, timed: int = 0) -> dict[str, Any]:
    """What `nas.export.fresh_process` answers, which sees nothing of this process.

    Where so many points are ``timed``, it also tells how many it gives the fields of in a second.

    Examples
    --------
    >>> from types import SimpleNamespace
    >>> _ = Path("line.py").write_text(
    ...     "def load(path):"
    ...     "    return 2.0\\n"
    ...     "def evaluate(program, points):"
    ...     "    return [[program * x] for (x,) in points], [[[program]] * len(points)]"
    ... )
    >>> run(SimpleNamespace(__file__="line.py"), Path("model"), torch.tensor([[3.0], [4.0]]))
    {'fields': [[6.0], [8.0]], 'first_point': [[6.0]], 'gradients': [[[2.0], [2.0]]]}
    """
    question = {
        "format": format.__file__,
        "program": str(program.absolute()),
        "points": points.tolist(),
        "timed": timed,
    }
    script = Path(__file__).with_name("fresh_process.py")
    try:
        ended = subprocess.run(
            [sys.executable, "-I", script],
            input=json.dumps(question),
            capture_output=True,
            text=True,
            timeout=_PATIENCE,
        )
    except (OSError, subprocess.TimeoutExpired) as error:
        raise NotEquivalent(
            f"the fresh process gave no answer ({error}); nothing was exported"
        ) from error
    if ended.returncode:
        last = (ended.stderr.strip().splitlines() or [f"exit code {ended.returncode}"])[-1]
        raise NotEquivalent(
            f"the fresh process could not use {program.name} ({last}); nothing was exported"
        )
    answer: dict[str, Any] = json.loads(ended.stdout)
    return answer


def _named(answer: Mapping[str, Any], problem: ProblemFacts) -> dict[str, Tensor]:
    fields = torch.tensor(answer["fields"], dtype=torch.float64)
    told = answer["gradients"]
    gradients = None if told is None else torch.tensor(told, dtype=torch.float64)
    # A program that knew only batches would fail here: the first point is asked for by itself.
    fields[:1] = torch.tensor(answer["first_point"], dtype=torch.float64)
    found = {}
    for c, field in enumerate(problem.fields):
        found[field] = fields[:, c]
        if gradients is not None:
            for axis, coordinate in enumerate(problem.coordinates):
                found[f"{field}.{coordinate}"] = gradients[c, :, axis]
    return found


def compare(
    got: Mapping[str, Tensor],
    expected: Mapping[str, Tensor],
    half_extent: Tensor,
    problem: ProblemFacts,
) -> dict[str, float]:
    """Largest absolute difference over the largest magnitude, by name of what there is of ``got``.

    Examples
    --------
    >>> from nas.export import example
    >>> got = {"u": torch.tensor([1.0, 4.0]), "u.t": torch.tensor([3.0, 3.0])}
    >>> expected = {"u": torch.tensor([1.0, 5.0]), "u.t": torch.tensor([3.0, 3.0])}
    >>> found = compare(got, expected, torch.tensor([0.5]), example.PROBLEM)
    >>> {name: round(difference, 6) for name, difference in found.items()}
    {'u': 0.2, 'u.t': 0.0}
    """
    differences = {}
    for field in problem.fields:
        size = expected[field].abs().max()
        names = {field: size * 0} | {
            f"{field}.{coordinate}": _FLOOR * size / extent
            for coordinate, extent in zip(problem.coordinates, half_extent, strict=True)
        }
        for name, floor in ((name, of) for name, of in names.items() if name in got):
            difference = (got[name] - expected[name]).abs().max()
            magnitude = torch.maximum(expected[name].abs().max(), floor)
            differences[name] = float(difference / magnitude.clamp_min(1e-300))
    return differences
