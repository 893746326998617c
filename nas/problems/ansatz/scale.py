"""How large a solution is: u = offset + scale · N, with networks N of order one.

Networks begin with values and slopes of order one, and what they learn is best kept there. The
size of the solution is read off its problem: off values that conditions give, or off the sources
in its residuals, where a field has to be as large as it takes to match them.

Axis legend: K functions, S derivatives, B points, D coordinates, C fields.
"""

import math
from collections.abc import Callable, Sequence
from dataclasses import dataclass

import numpy as np
import torch
from torch import Tensor

from nas.problems.ansatz.answers import Answers, answer
from nas.problems.ansatz.probing import Probe
from nas.problems.ansatz.tolerances import CLOSE
from nas.problems.domains import Array

_SLOWEST = math.pi / 2  # of waves along [-1, 1]: half of one, as between two ends at zero
_FASTEST = 500.0
BAD = 1e6  # how far sources may be beyond values; what is farther is a mistake in units
_RATIO = 10**0.25
_SIZES = _RATIO ** np.arange(-48, 49)  # that a field may have
_HALVINGS = 10  # of what is between two of them: three digits
_NEARLY_LINEAR = 2.0  # the answer to a source, over that of the linear part
_STEP = 1e-4  # of a coordinate, in half extents
NARROW = 5.0  # times what a few points see of a source: many more find it far larger
RARE = 10.0  # times the usual: as much as a mean square may be beyond it by rare states
_NORMAL = 0.6745  # the median of a normal variable's size, over its standard deviation


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
    middle and the scale to half their range, or more where a source asks for it (see `_sources`).
    Where they are all one value, or none, sources alone set it. A field that neither tells
    anything of is as large as it has to be beside the others.

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
    sources = _sources(answers, offsets)
    # Fields that are in balance are so at the middles that were meant, to which points come close.
    meant = [_offset(*pair) if pair[1] else pair[0] for pair in zip(offsets, halves, strict=True)]
    if meant != offsets:
        pairs = zip(sources, _sources(answers, meant), strict=True)
        sources = [source if as_meant else 0.0 for source, as_meant in pairs]
    scales = list(map(_larger, halves, sources, values))
    scales = [one or abs(offset) for one, offset in zip(scales, offsets, strict=True)]
    scales = [one or _root(probes, field) for field, one in enumerate(scales)]
    scales = _not_of_rounding(probes, offsets, _beside_others(probes, offsets, scales))
    unknown = tuple(field for field, one in enumerate(scales) if not one)
    rounded = tuple(to_digits(one) if one else 1.0 for one in scales)
    return Scale(tuple(map(_offset, offsets, rounded)), rounded, unknown)


def to_digits(number: float, digits: int = 2) -> float:
    """Rounded, so that no processor's last bits are in it.

    Examples
    --------
    >>> to_digits(0.02512), to_digits(1234.0)
    (0.025, 1200.0)
    """
    return float(f"{number:.{digits - 1}e}")


def _offset(offset: float, scale: float) -> float:
    """To the second digit of the scale; 0 where networks reach as far without it."""
    if abs(offset) < scale / 10:
        return 0.0
    step = 10.0 ** (math.floor(math.log10(scale)) - 1)
    return float(f"{round(offset / step) * step:.12g}")


def _larger(half: float, source: float, values: Array) -> float:
    """Half the range of the ``values`` of conditions, or the size that sources ask for.

    That is the larger one, unless sources are so far beyond that units must be mistaken: then what
    conditions tell is kept. Two kinds of values tell nothing, though: those of a solution that
    vanishes on the boundary but for rounding (sin πx is 1e-16 at x = 1), and the tails of one that
    decays towards it (exp(-100 r²)), which differ among themselves by many powers of ten.
    """
    if half == 0 or half >= source / BAD or half < CLOSE * source:
        return max(half, source)
    sizes = np.abs(values[values != 0])
    return source if sizes.min() < sizes.max() / BAD else half


def _values(answers: Sequence[Answers], fields: int) -> list[list[Array]]:
    """For each field the values (B,) that residuals of the kind a · u - g give it."""
    found: list[list[Array]] = [[] for _ in range(fields)]
    for one in answers:
        at_zero = one.probe.residuals(one.probe.constant([0.0] * fields))
        for equation, (field, coefficient) in one.valued.items():
            values = -at_zero[equation][0] / coefficient
            found[field].append(values[torch.isfinite(values)].numpy())
    return found


def _sources(answers: Sequence[Answers], offsets: Sequence[float]) -> list[float]:
    """How large each field has to be for the sources in its own equations; 0 if there are none.

    The source is what a residual leaves at the offset; waves of the source's own wavelengths
    answer it. An equation is a field's own if no other field stands in it with a higher derivative.
    Where a source is narrow, as exp(-1000 r²), so is its answer, and its height counts.
    """
    found = [0.0] * len(offsets)
    for one in answers:
        denser = one.probe.denser() if one.probe.local else one.probe
        everywhere = denser.residuals(denser.constant(offsets))
        for equation, source in enumerate(one.probe.residuals(one.probe.constant(offsets))):
            if equation in one.valued:
                continue
            is_narrow = height(everywhere[equation]) > NARROW * size(source)
            probe, measure = (denser, height) if is_narrow else (one.probe, size)
            base = probe.constant(offsets)
            if not 0 < measure(probe.residuals(base)[equation]) < math.inf:
                continue
            waves = probe.waves(_signed(_frequencies(probe, base, equation), probe.fields))
            for field in one.own[equation]:
                its = only(waves, field)
                needed = math.sqrt(2) * _answering(probe, base, equation, its, measure)
                if needed > CLOSE * abs(offsets[field]):  # what is left of a balance is rounding
                    found[field] = max(found[field], needed)
    return found


def _answering(
    probe: Probe, base: Tensor, equation: int, waves: Tensor, measure: Callable[[Tensor], float]
) -> float:
    """How many times the ``waves`` an equation's source at ``base`` takes; 0 if none answers it.

    The linear part tells, unless what is not linear has answered before: that of v - v³/3 vanishes
    at v = 1, where a v of a hundred would be asked for, and its cube would drown all else.
    """
    source = probe.residuals(base)[equation]
    target, reach = measure(source), measure(probe.linear(base, waves)[equation])
    linear = target / reach if 0 < reach < math.inf else math.inf

    def answer_of(times: float) -> float:
        return measure(probe.residuals(base + times * waves)[equation] - source)

    if linear < math.inf and answer_of(linear) <= _NEARLY_LINEAR * target:
        return linear
    enough = [one for one in _SIZES if one < linear and answer_of(one) >= target]
    if not enough:
        return linear if linear < math.inf else 0.0
    low, high = math.log(enough[0] / _RATIO), math.log(enough[0])
    for _ in range(_HALVINGS):
        middle = (low + high) / 2
        low, high = (low, middle) if answer_of(math.exp(middle)) >= target else (middle, high)
    return math.exp(high)


def _frequencies(probe: Probe, base: Tensor, equation: int) -> Tensor:
    """How fast a source varies along each scaled coordinate: (D,), by its mean squares."""
    dimension = len(probe.half_extent)
    if not probe.local:
        return torch.full((dimension,), _SLOWEST, dtype=torch.float64)
    rates = []
    whole = size(probe.residuals(base)[equation])
    for axis in range(dimension):
        step = torch.zeros(dimension, dtype=torch.float64)
        step[axis] = _STEP * probe.half_extent[axis]
        ahead = probe.residuals(base, probe.points + step)[equation]
        behind = probe.residuals(base, probe.points - step)[equation]
        rates.append(size(ahead - behind) / (2 * _STEP * whole))
    return torch.tensor(rates, dtype=torch.float64).clamp(_SLOWEST, _FASTEST)


def _signed(frequencies: Tensor, fields: int) -> Tensor:
    """Frequencies (D, 8, C) of all directions, from their sizes (D,)."""
    signs = np.random.default_rng(7).choice([-1.0, 1.0], (len(frequencies), 8, fields))
    return torch.as_tensor(signs) * frequencies[:, None, None]


def _root(probes: Sequence[Probe], field: int) -> float:
    """The size at which a residual of the field's values alone changes its sign; 0 if none does.

    So ∫u² = 1 tells how large u is, though it gives no value of it.
    """
    for probe in probes:
        values = (0,) * probe.derivatives.dimension
        if probe.term.derivatives != {values} or probe.term.components != {field}:
            continue
        each = [probe.constant([one * (c == field) for c in range(probe.fields)]) for one in _SIZES]
        for residual in probe.residuals(torch.cat(each)):
            means = residual.mean(-1).numpy()
            (changes,) = np.nonzero(means[1:] * means[:-1] < 0)
            if len(changes):
                return float(_SIZES[changes[0] + 1])
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


def _not_of_rounding(
    probes: Sequence[Probe], offsets: Sequence[float], scales: Sequence[float]
) -> list[float]:
    """The scales, those made as large as the fields beside them ask that were far too small.

    A field that has no source but other fields may vanish on the boundary but for rounding, too.
    """
    scales = list(scales)
    for _ in scales:  # as a field becomes larger, so may the next
        before = list(scales)
        for field, one in enumerate(scales):
            without = [0.0 if other == field else value for other, value in enumerate(scales)]
            if any(without) and one < CLOSE * max(without):
                asked = _beside_others(probes, offsets, without)[field]
                scales[field] = asked if one < CLOSE * asked else one
        if scales == before:
            break
    return scales


def only(jet: Tensor, field: int) -> Tensor:
    """The jets (K, S, B, C), of one field alone.

    Examples
    --------
    >>> only(torch.ones(1, 1, 1, 3), field=1).flatten().tolist()
    [0.0, 1.0, 0.0]
    """
    some = torch.zeros_like(jet)
    some[..., field] = jet[..., field]
    return some


def size(values: Tensor) -> float:
    """The root of the mean square of what is finite; 0 if nothing is.

    Examples
    --------
    >>> size(torch.tensor([3.0, -3.0, torch.nan])), size(torch.tensor([torch.inf]))
    (3.0, 0.0)
    """
    finite = values[torch.isfinite(values)]
    if not len(finite):
        return 0.0
    largest = finite.abs().max()  # so that no square is beyond float64
    return float(largest * (finite / largest).square().mean().sqrt()) if largest > 0 else 0.0


def height(values: Tensor) -> float:
    """How large values are where most of their square is: √(Σ v⁴ / Σ v²).

    Examples
    --------
    >>> height(torch.tensor([3.0, 0.0, 0.0, 0.0])), size(torch.tensor([3.0, 0.0, 0.0, 0.0]))
    (3.0, 1.5)
    """
    whole = size(values)
    return size((values / whole).square()) * whole if 0 < whole < math.inf else whole


def usual(values: Tensor) -> float:
    """The size of values (K, B) of which a few functions K at a point B decide nothing.

    Examples
    --------
    >>> few = torch.tensor([[1.0, 1.0], [-1.0, torch.nan], [99.0, 1.0]])
    >>> round(usual(few) * 0.6745, 6)
    1.0
    """
    finite = torch.where(values.isfinite(), values.abs(), torch.nan)
    return size(finite.nanmedian(0).values) / _NORMAL


def bounded(values: Tensor) -> float:
    """The size of values (K, B), of which what is rare makes no more than `RARE` times the usual.

    Examples
    --------
    >>> bounded(torch.tensor([[1.0], [2.0], [2.0]])), bounded(torch.tensor([[0.0], [0.0], [3.0]]))
    (1.7320507764816284, 1.7320507764816284)
    >>> round(bounded(torch.tensor([[0.6745], [0.6745], [9e9]])), 6)
    10.0
    """
    return min(size(values), RARE * usual(values) or math.inf)
