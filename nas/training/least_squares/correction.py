"""A correction of an answer: a network of random waves that is added to it.

An answer that was trained has nothing left to gain in its own directions; in those of random waves
the defect that it leaves is solved for (defect correction: Stetter 1978, Numerische Mathematik 29).
The waves are doubled in number while that pays.

Axis legend: D coordinates, F what the first layer sees, K waves, C fields, U unknown coefficients.
"""

import math
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from torch import Tensor

from nas.networks import Stack, family_of
from nas.networks.encoding import frequencies, repeating, resolve
from nas.networks.initial import highest_frequency, stream, waves
from nas.search_spaces.candidates import OUTPUT, Candidate
from nas.training.collocation import Sampler
from nas.training.least_squares.features import Answer
from nas.training.least_squares.hidden_layer import HiddenLayer, output_layer
from nas.training.least_squares.newton import Newton, raw_of
from nas.training.least_squares.points import CPU, points_at_residuals
from nas.training.least_squares.reaches import SIZES, reach, shapes
from nas.training.least_squares.roughness import roughness
from nas.training.physics_loss import physics_loss

FEWEST = 100  # waves
BLIND = 400  # so many have to gain something, or more will not: fewer may be too slow to see it
EXACT = 1e-20  # of a loss of order one: what is left is rounding
WORTH = 1 / 3  # of the held-out loss: what twice as many have to reach for it to be doubled again
MOST = 1600  # columns of all fields together

First = tuple[Tensor, Tensor]  # weights (F, K) and biases (K,) of the first layer


@dataclass(frozen=True)
class Correction:
    """One more network, which counts with weight 1.

    Parameters
    ----------
    candidate
        What it is; the frequencies may also differ by axis.
    weights, biases
        Of its layers: (F, K) and (K, C), (K,) and (C,), in float64.
    unknown : Tensor (U,)
        The raw values that the answer's unknown coefficients have with it.
    loss
        The held-out loss of the corrected answer.

    Examples
    --------
    >>> import torch
    >>> layers = [torch.ones(1, 8), torch.ones(8, 1)]
    >>> biases = [torch.zeros(8), torch.zeros(1)]
    >>> waves = Candidate("sine", 1, 8, learns="output")
    >>> Correction(waves, layers, biases, torch.zeros(0), loss=1e-9).candidate.width
    8
    """

    candidate: Candidate
    weights: list[Tensor]
    biases: list[Tensor]
    unknown: Tensor
    loss: float


class CorrectionSearch:
    """Looks for a correction; `advance` does one solve, so that it can be left at any time.

    Parameters
    ----------
    sampler
        The run's: of the held-out points, and of the stream of all others.
    answer
        What is to be corrected, in float64.
    columns
        Waves times fields, at most: a solve takes the cube of it.
    seed
        Of the waves.

    Examples
    --------
    Of u' + u = 0, u(0) = 1 the answer 1 - t is wrong by 0.37 at the end:

    >>> from nas.training import example
    >>> def line(points, derivatives):  # 1 - t and its derivatives -1, 0, …
    ...     jet = torch.zeros(len(derivatives), len(points), 1, dtype=torch.float64)
    ...     jet[0], jet[1:2] = 1 - points, -1.0
    ...     return jet
    >>> import torch
    >>> search = CorrectionSearch(example.SAMPLER, line, columns=100)
    >>> search.loss > 0.1
    True
    >>> while not search.finished:
    ...     search.advance()
    >>> search.best.candidate.width, search.best.loss < 1e-16
    (100, True)
    """

    def __init__(
        self, sampler: Sampler, answer: Answer, columns: int = MOST, seed: int = 0
    ) -> None:
        self._problem, self._sampler, self._base = sampler.problem, sampler, answer
        self._columns, self._seed = columns, seed
        self._held_out = sampler.held_out(CPU)
        self.best: Correction | None = None
        self.answer = answer  # the corrected one
        self.loss = self._loss(answer)  # held out
        self._solves = self._search()
        self.coming = next(self._solves, 0)  # columns of the next solve; 0 where there is none

    @property
    def finished(self) -> bool:
        """Whether there is nothing more to be tried."""
        return not self.coming

    def advance(self) -> None:
        """Do one solve."""
        self.coming = next(self._solves, 0)

    def _search(self) -> Iterator[int]:
        """The number of columns before each solve."""
        count, fastest = FEWEST, list[list[float]]()
        fields = len(self._problem.fields)
        while count * fields <= self._columns and self.loss > EXACT:
            before, best = self.loss, None
            for by_axis in self._reaches(count, fastest):
                candidate, first = self._drawn(count, by_axis)
                layer = self._layer(candidate, first)
                newton = Newton(self._sampler, self._base, layer, self.answer)
                yield count * fields
                newton.advance()
                if best is None or newton.loss < best[0].loss:
                    best, chosen = (newton, candidate, first), by_axis
            assert best is not None
            self._offer(*best)
            while not best[0].finished:
                yield count * fields
                best[0].advance()
                self._offer(*best)
            if count >= BLIND and self.loss > WORTH * before:
                return
            count, fastest = 2 * count, [chosen]

    def _reaches(self, count: int, fastest: Sequence[list[float]]) -> list[list[float]]:
        """Highest frequencies (D,) to try: few where a solve is dear.

        Those of the best so far, and as much faster as twice as many waves allow; and before it is
        known what is needed, all sizes, even and by the roughness of the residuals.
        """
        growth = 2 ** (1 / len(self._problem.coordinates))
        found = [[by * one for one in best] for best in fastest for by in (1.0, growth)]
        if count <= BLIND:
            points, _ = points_at_residuals(self._sampler, self.answer, count)
            rough = roughness(self._problem, self.answer, points.samples[0])
            found += [reach(count, shape, size) for shape in shapes(rough) for size in SIZES]
        return [one for number, one in enumerate(found) if one not in found[:number]]

    def _drawn(self, count: int, by_axis: Sequence[float]) -> tuple[Candidate, First]:
        """A candidate with its first layer, whose frequencies (D,) may differ by axis."""
        names, dimension = self._problem.coordinates, len(by_axis)
        encoding = repeating("raw", names, self._problem.periodic)
        axes = resolve(encoding, names).axes(dimension)
        mean = math.prod(by_axis) ** (1 / dimension)
        scale = float(f"{mean / highest_frequency(count, dimension):.2g}")
        slopes, along = frequencies(encoding, dimension), [by_axis[axis] for axis in axes]
        first = waves(slopes, count, along, stream(self._seed, count))
        return Candidate("sine", 1, count, scale, encoding, OUTPUT), first

    def _layer(self, candidate: Candidate, first: First) -> HiddenLayer:
        family, fields = family_of(candidate), len(self._problem.fields)
        shape = family.shape([candidate], self._problem.coordinates)
        last = first[0].new_zeros(1, candidate.width, fields), first[0].new_zeros(1, fields)
        weights, biases = [first[0][None], last[0]], [first[1][None], last[1]]
        return HiddenLayer(Stack(family, shape, weights, biases), self._problem.domain.bounds)

    def _offer(self, newton: Newton, candidate: Candidate, first: First) -> None:
        """Take the answer of ``newton`` if its held-out loss is below that of the best."""
        loss = self._loss(newton.answer)
        if not (newton.moved and loss < self.loss):
            return
        fields = len(self._problem.fields)
        of_layer = len(newton.coefficients) - len(self._problem.unknown)
        weights, biases = output_layer(newton.coefficients[:of_layer], fields)
        self.best = Correction(
            candidate,
            [first[0], weights],
            [first[1], biases],
            raw_of(newton.answer, self._problem),
            loss,
        )
        self.answer, self.loss = newton.answer, loss

    def _loss(self, answer: Answer) -> float:
        loss = float(physics_loss(self._problem, self._held_out, answer))
        return loss if math.isfinite(loss) else math.inf
