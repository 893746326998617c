"""The search for a correction of an answer, a network of random waves that is added to it.

An answer that was trained has nothing left to gain in its own directions; in those of random waves
the defect that it leaves is solved for (defect correction: Stetter 1978, Numerische Mathematik 29).
The waves are doubled in number while that pays.

Axis legend: D coordinates, F what the first layer sees, K waves, C fields, U unknown coefficients.
"""

import math
from collections.abc import Generator, Iterator, Sequence
from dataclasses import dataclass

from nas.networks import Stack, family_of
from nas.networks.corner import read
from nas.networks.encoding import repeating
from nas.networks.initial import highest_frequency, stream
from nas.search_spaces.candidates import OUTPUT, Candidate
from nas.training.collocation import Sampler
from nas.training.least_squares.anisotropy import own_shapes
from nas.training.least_squares.clusters import Clusters, clusters
from nas.training.least_squares.corners import encoding as seeing_corners
from nas.training.least_squares.correction import EXACT, Correction
from nas.training.least_squares.features import Answer
from nas.training.least_squares.hidden_layer import HiddenLayer, output_layer
from nas.training.least_squares.laws import AtCorners, Box, First, Law, Seen, crosses
from nas.training.least_squares.newton import ENOUGH, Newton, raw_of
from nas.training.least_squares.peaks import peaks
from nas.training.least_squares.points import CPU, points_at_residuals
from nas.training.least_squares.reaches import SIZES, reach, shapes
from nas.training.least_squares.roughness import roughness
from nas.training.physics_loss import physics_loss

FEWEST = 100  # waves
BLIND = 400  # so many have to gain something, or more will not: fewer may be too slow to see it
WORTH = 1 / 3  # of the held-out loss: what twice as many have to reach for it to be doubled again
MOST = 1600  # columns of all fields together
COST = 3e-9  # seconds of a solve for each cube of the number of columns

PICKING = 600  # columns: a solve of so many is as dear as a search for peaks
PASSES = 2  # over the moves of a law
PAYS = 0.5  # of the loss: what a pass has to reach for one more


@dataclass(frozen=True)
class Attempt:
    """Waves by some law, and the steps that are taken in them.

    Parameters
    ----------
    law
    candidate, first
        What it is as a network, and its first layer.
    newton

    Examples
    --------
    >>> from nas.training import example
    >>> from nas.training.least_squares.outputs import zero
    >>> search = CorrectionSearch(example.SAMPLER, zero(example.PROBLEM))
    >>> attempt = search.attempt(Box((4.0,)), count=20)
    >>> attempt.newton.advance() > 0.9, attempt.newton.loss < 1e-16
    (True, True)
    """

    law: Law
    candidate: Candidate
    first: First
    newton: Newton


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
    start
        Where Newton's method begins, if not at the answer that is corrected.
    enough
        See `Newton`.
    bounds
        The box in which waves are drawn; by default the domain's.

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
        self,
        sampler: Sampler,
        answer: Answer,
        columns: int = MOST,
        seed: int = 0,
        start: Answer | None = None,
        enough: float = ENOUGH,
        bounds: Sequence[tuple[float, float]] = (),
    ) -> None:
        self._enough, self._bounds = enough, tuple(bounds) or sampler.problem.domain.bounds
        self._is_whole = not bounds
        self._corners = seeing_corners(sampler.problem) if self._is_whole else ""
        self._problem, self._sampler, self._base = sampler.problem, sampler, answer
        self._columns, self._seed = columns, seed
        self._held_out = sampler.held_out(CPU)
        self.best: Correction | None = None
        self.answer = start or answer  # later the corrected one
        self.loss = self._loss(answer)  # held out
        self._solves = self._search()
        self.coming = next(self._solves, 0)  # columns of the next solve; 0 where there is none

    @property
    def finished(self) -> bool:
        """Whether there is nothing more to be tried."""
        return not self.coming

    @property
    def cost(self) -> float:
        """About how many seconds the next solve takes."""
        return COST * self.coming**3

    def advance(self) -> None:
        """Do one solve."""
        self.coming = next(self._solves, 0)

    def attempt(self, law: Law, count: int) -> Attempt:
        """``count`` waves by a law, before the first solve."""
        names = self._problem.coordinates
        plain = repeating("raw", names, self._problem.periodic)
        encoding = law.encoding if isinstance(law, AtCorners) else plain
        fastest = law.fastest(count)
        mean = math.prod(fastest) ** (1 / len(fastest))
        scale = float(f"{mean / highest_frequency(count, len(fastest)):.2g}")
        candidate = Candidate("sine", 1, count, scale, encoding, OUTPUT)
        first = law.drawn(count, Seen(names, encoding), stream(self._seed, count))
        layer = self._layer(candidate, first)
        newton = Newton(self._sampler, self._base, layer, self.answer, self._enough)
        return Attempt(law, candidate, first, newton)

    def _search(self, count: int = 0) -> Iterator[int]:
        """The number of columns before each solve; ``count`` waves come first, or the fewest."""
        count, kept = max(count, FEWEST), list[Law]()
        fields = len(self._problem.fields)
        while count * fields <= self._columns and self.loss > EXACT:
            before = self.loss
            best = yield from self._best_of(self._laws(count, kept), count)
            if count == FEWEST and best.newton.loss > WORTH * before:
                best = yield from self._about_peaks(best)
            best = yield from self._moved(best, count)
            self._offer(best)
            while not best.newton.finished:
                yield count * fields
                best.newton.advance()
                self._offer(best)
            if count >= BLIND and self.loss > WORTH * before:
                return
            count, kept = 2 * count, best.law.later()

    def _best_of(
        self, laws: Sequence[Law], count: int, best: Attempt | None = None
    ) -> Generator[int, None, Attempt]:
        """The best of a solve by each of some laws, and of the ``best`` before."""
        for law in laws:
            attempt = self.attempt(law, count)
            yield count * len(self._problem.fields)
            attempt.newton.advance()
            if best is None or attempt.newton.loss < best.newton.loss:
                best = attempt
        assert best is not None, "there is at least one law"
        return best

    def _about_peaks(self, best: Attempt) -> Generator[int, None, Attempt]:
        """The ``best``, or a better one by waves about the peaks of the residuals' spectra.

        Waves that repeat themselves have frequencies of their own: there are no peaks of them. And
        spectra are those of the whole domain.
        """
        if self._problem.periodic or self._columns < PICKING or not self._is_whole:
            return best
        yield PICKING
        found = peaks(self._sampler, self.answer, self._seed)
        return (yield from self._best_of(clusters(found), FEWEST, best))

    def _moved(self, best: Attempt, count: int) -> Generator[int, None, Attempt]:
        """The ``best`` after moves of its law, one after the other, each kept if it is better.

        Of laws about peaks alone, and where a solve is cheap.
        """
        for _ in range(PASSES if count < BLIND else 0):
            before = best
            names = [name for name, _ in best.law.moves()] if isinstance(best.law, Clusters) else []
            for name in names:
                assert isinstance(best.law, Clusters)
                law = dict(best.law.moves()).get(name)
                best = yield from self._best_of([] if law is None else [law], count, best)
            if best.newton.loss > PAYS * before.newton.loss:
                break
        return best

    def _laws(self, count: int, kept: Sequence[Law]) -> list[Law]:
        """What to try: little where a solve is dear.

        What the best so far leads to; and before it is known what is needed, boxes of all sizes,
        even, by the equations and by the roughness of the residuals; beside what solutions are made
        of at corners with infinite gradients, where there are such.
        """
        found = list(kept)
        if count <= BLIND:
            points, _ = points_at_residuals(self._sampler, self.answer, count)
            rough = roughness(self._problem, self.answer, points.samples[0])
            own = own_shapes(self._problem, self.answer, points.samples[0])
            sizes = [(shape, size) for shape in shapes(rough, own) for size in SIZES]
            found += [Box(tuple(reach(count, shape, size))) for shape, size in sizes]
        if count == FEWEST:
            found += crosses(len(self._problem.coordinates))
        if self._corners:
            found = self._beside_corners(found, count)
        return [one for number, one in enumerate(found) if one not in found[:number]]

    def _beside_corners(self, laws: Sequence[Law], count: int) -> list[Law]:
        """The laws of ``count`` waves beside what solutions are made of at corners, if few are.

        Along time these take half of all units, so that the waves are tried by themselves, too.
        """
        beside = [one if isinstance(one, AtCorners) else self._at_corners(one) for one in laws]
        few = [one for one in beside if 2 * one.units(count) <= count]
        if few and not few[0].others:
            return list(few)
        alone = [one.law for one in beside]
        return [*few, *alone] if count <= BLIND else list(laws)

    def _at_corners(self, law: Law) -> AtCorners:
        names = self._problem.coordinates
        seen = {name for one in read(self._corners) for name in one.names}
        others = (axis for axis, name in enumerate(names) if name not in seen)
        return AtCorners(law, self._corners, tuple(others))

    def _layer(self, candidate: Candidate, first: First) -> HiddenLayer:
        family, fields = family_of(candidate), len(self._problem.fields)
        shape = family.shape([candidate], self._problem.coordinates)
        last = first[0].new_zeros(1, candidate.width, fields), first[0].new_zeros(1, fields)
        weights, biases = [first[0][None], last[0]], [first[1][None], last[1]]
        return HiddenLayer(Stack(family, shape, weights, biases), self._bounds)

    def _offer(self, attempt: Attempt) -> None:
        """Take its answer if its held-out loss is below that of the best."""
        newton, first = attempt.newton, attempt.first
        loss = self._loss(newton.answer)
        if not (newton.moved and loss < self.loss):
            return
        fields = len(self._problem.fields)
        of_layer = len(newton.coefficients) - len(self._problem.unknown)
        weights, biases = output_layer(newton.coefficients[:of_layer], fields)
        self.best = Correction(
            attempt.candidate,
            [first[0], weights],
            [first[1], biases],
            raw_of(newton.answer, self._problem),
            loss,
        )
        self.answer, self.loss = newton.answer, loss

    def _loss(self, answer: Answer) -> float:
        loss = float(physics_loss(self._problem, self._held_out, answer))
        return loss if math.isfinite(loss) else math.inf
