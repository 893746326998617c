"""How large a solution is: u = offset + scale · N, with networks N of order one.

Networks begin with values and slopes of order one, and what they learn is best kept there. The
size of the solution is read off its problem: off values that conditions give, or off the sources
in its residuals, where a field has to be as large as it takes to match them.

Axis legend: K functions, S derivatives, B points, D coordinates, C fields.
"""

import math
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import torch

from nas.problems.ansatz.answers import Answers, answer
from nas.problems.ansatz.probing import Probe
from nas.problems.ansatz.sizes import bounded, only, to_digits
from nas.problems.ansatz.sources import SIZES, asked_by_sources
from nas.problems.ansatz.tolerances import CLOSE
from nas.problems.domains import Array

BAD = 1e6  # how far sources may be beyond values; what is farther is a mistake in units
WRITTEN = 6  # digits of a number that somebody has written, at most


@dataclass(frozen=True)
class Scale:
    """Offset and scale of each field, and the fields for which none was found.

    Examples
    --------
    >>> from nas.problems import Box, Condition
    >>> from nas.problems.ansatz.probing import probe
    >>> from nas.problems.terms import Equations, Setting
    >>> setting = Setting("rod", Box(x=(0, 1e-3)), ("T",))
    >>> demands = [
    ...     Equations(lambda T: T.xx),
    ...     Condition("x_min", lambda T: T - 300),
    ...     Condition("x_max", lambda T: T - 310),
    ... ]
    >>> find([probe(one.bind(setting), setting.domain, fields=1) for one in demands], 1)
    Scale(offsets=(305.0,), scales=(5.0,), unknown=())
    """

    offsets: tuple[float, ...]
    scales: tuple[float, ...]
    unknown: tuple[int, ...] = ()


def find(probes: Sequence[Probe], fields: int) -> Scale:
    """Offset and scale of each of the C ``fields``, to two digits.

    Values that conditions give by themselves, such as those of ``u - g``, set the offset at their
    middle and the scale to half their range, or more where a source asks for it (see
    `nas.problems.ansatz.sources`). Where they are all one value, or none, sources alone set it. A
    field that neither tells anything of is as large as it has to be beside the others.

    Examples
    --------
    >>> from nas.problems import load
    >>> from nas.problems.ansatz.probing import probe
    >>> burgers = load("burgers")
    >>> find([probe(term, burgers.domain, fields=1) for term in burgers.terms], 1)
    Scale(offsets=(0.0,), scales=(1.0,), unknown=())
    """
    answers = [answer(probe) for probe in probes]
    values = [np.concatenate([*given, np.zeros(0)]) for given in _values(answers, fields)]
    offsets = [float(given.min() + given.max()) / 2 if given.size else 0.0 for given in values]
    halves = [float(np.ptp(given)) / 2 if given.size else 0.0 for given in values]
    # A range of rounding errors is none.
    halves = [
        half if half > CLOSE * abs(offset) else 0.0
        for half, offset in zip(halves, offsets, strict=True)
    ]
    sources = asked_by_sources(answers, offsets)
    # Fields that are in balance are so at the middles that were meant, to which points come close.
    middles = [_offset(*pair) if pair[1] else pair[0] for pair in zip(offsets, halves, strict=True)]
    if middles != offsets:
        pairs = zip(sources, asked_by_sources(answers, middles), strict=True)
        sources = [source if as_meant else 0.0 for source, as_meant in pairs]
    meant = [not given.size or _is_written(given) for given in values]
    scales = list(map(_larger, halves, sources, meant))
    scales = [one or abs(offset) for one, offset in zip(scales, offsets, strict=True)]
    scales = [one or _root(probes, field) for field, one in enumerate(scales)]
    scales = _as_others_ask(probes, offsets, _beside_others(probes, offsets, scales), meant)
    unknown = tuple(field for field, one in enumerate(scales) if not one)
    rounded = tuple(to_digits(one) if one else 1.0 for one in scales)
    return Scale(tuple(map(_offset, offsets, rounded)), rounded, unknown)


def _offset(offset: float, scale: float) -> float:
    """To the second digit of the scale; 0 where networks reach as far without it."""
    if abs(offset) < scale / 10:
        return 0.0
    step = 10.0 ** (math.floor(math.log10(scale)) - 1)
    return float(f"{round(offset / step) * step:.12g}")


def _larger(half: float, source: float, meant: bool) -> float:
    """Half the range of what conditions give, or the size that sources ask for.

    That is the larger one, unless sources are so far beyond numbers that were ``meant`` that units
    must be mistaken: then what conditions tell is kept.
    """
    return half if meant and 0 < half < source / BAD else max(half, source)


def _is_written(values: Array) -> bool:
    """Whether the smallest and the largest of ``values`` are numbers as people write them.

    What a formula gives of a solution that vanishes on the boundary is not: its rounding (sin πx is
    1e-16 at x = 1, and 5e-8 where π was typed with eight digits), or the tail of one that decays
    towards it (exp(-100 r²)).
    """
    ends = values.min(), values.max()
    return all(float(one) == to_digits(float(one), WRITTEN) for one in ends)


def _values(answers: Sequence[Answers], fields: int) -> list[list[Array]]:
    """For each field the values (B,) that residuals of the kind a · u - g give it."""
    found: list[list[Array]] = [[] for _ in range(fields)]
    for one in answers:
        at_zero = one.probe.residuals(one.probe.constant([0.0] * fields))
        for equation, (field, coefficient) in one.valued.items():
            values = -at_zero[equation][0] / coefficient
            found[field].append(values[torch.isfinite(values)].numpy())
    return found


def _root(probes: Sequence[Probe], field: int) -> float:
    """The size at which a residual of the field's values alone changes its sign; 0 if none does.

    So ∫u² = 1 tells how large u is, though it gives no value of it.
    """
    for probe in probes:
        values = (0,) * probe.derivatives.dimension
        if probe.term.derivatives != {values} or probe.term.components != {field}:
            continue
        each = [probe.constant([one * (c == field) for c in range(probe.fields)]) for one in SIZES]
        for residual in probe.residuals(torch.cat(each)):
            means = residual.mean(-1).numpy()
            (changes,) = np.nonzero(means[1:] * means[:-1] < 0)
            if len(changes):
                return float(SIZES[changes[0] + 1])
    return 0.0


def _beside_others(
    probes: Sequence[Probe], offsets: Sequence[float], scales: Sequence[float]
) -> list[float]:
    """The scales, those of zero made as large as to weigh as much as the known ones beside them."""
    scales = list(scales)
    for _ in scales:  # each round may find what the next one needs
        known = torch.tensor(scales, dtype=torch.float64)
        if not known.any() or known.all():
            break
        ratios: dict[int, list[float]] = {}
        for probe in probes:
            base = probe.constant(offsets) + known * probe.random(seed=5)
            others = probe.linear(base, known * probe.random(seed=6))
            for field in [field for field, one in enumerate(scales) if not one]:
                mine = probe.linear(base, only(probe.random(seed=6), field))
                for other, one in zip(map(bounded, others), map(bounded, mine), strict=True):
                    if 0 < other < math.inf and 0 < one < math.inf:
                        ratios.setdefault(field, []).append(other / one)
        for field, found in ratios.items():
            scales[field] = float(np.exp(np.mean(np.log(found))))
    return scales


def _as_others_ask(
    probes: Sequence[Probe],
    offsets: Sequence[float],
    scales: Sequence[float],
    meant: Sequence[bool],
) -> list[float]:
    """The scales, those that were not ``meant`` as large as the fields beside them ask.

    A field that has no source but other fields may vanish on the boundary but for rounding, too.
    """
    scales = list(scales)
    for _ in scales:  # as a field becomes larger, so may the next
        before = list(scales)
        for field, one in enumerate(scales):
            without = [0.0 if other == field else value for other, value in enumerate(scales)]
            if not meant[field] and any(without) and one < max(without) / BAD:
                asked = _beside_others(probes, offsets, without)[field]
                scales[field] = asked if one < asked / BAD else one
        if scales == before:
            break
    return scales
