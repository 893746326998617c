"""From zero, step by step in time: a solution over a short time is where a longer one begins.

Over a long time Newton's method from zero finds no solution of a nonlinear equation, or a wrong
one; and so does training. Over a short time it does. So the time grows, and what has been found is
held constant beyond it as the next beginning (continuation: Allgower & Georg 1990, Numerical
Continuation Methods).

Axis legend: S derivatives, B points, C fields.
"""

from collections.abc import Callable, Generator, Iterator
from dataclasses import dataclass, fields, replace

import torch
from torch import Tensor

from nas.calculus.derivatives import DerivativeSet
from nas.problems import Box, Condition, Problem
from nas.problems.terms import Group, PointCounts
from nas.training.collocation import Sample, Sampler
from nas.training.least_squares.correction import EXACT
from nas.training.least_squares.correction_search import FEWEST, CorrectionSearch
from nas.training.least_squares.features import Answer
from nas.training.least_squares.outputs import zero

FIRST = 0.1  # of the whole time
GROWTH = 1.6  # of the next step, where one was good
LEAST = 1e-3  # of the whole time: the first step that is too small is half of that
GOOD = 1e-5  # of the loss at zero: with that a longer time can begin
ENOUGH = 1e-6  # and with that it does
STRICTNESS = (1.0, 0.01)  # of both, one after the other
SOLVED = 0.01  # of the loss that it began with: a search that gains as much is near a solution
PATIENCE = 0.9  # of the loss: steps that leave less are worth their time, far from a solution


class Marching(CorrectionSearch):
    """A `CorrectionSearch` from zero that goes step by step in time, where a problem has one.

    That is, where all conditions of ordinary differential equations hold at the beginning.

    Parameters
    ----------
    sampler, columns
        See `CorrectionSearch`.

    Attributes
    ----------
    done
        The share of the whole time of which there is a solution.

    Examples
    --------
    >>> from nas.training import example
    >>> search = Marching(example.SAMPLER, columns=100)
    >>> while not search.finished:
    ...     search.advance()
    >>> search.best.loss < 1e-16
    True
    """

    def __init__(self, sampler: Sampler, columns: int) -> None:
        self.done = 0.0
        super().__init__(sampler, zero(sampler.problem), columns)

    def _search(self, count: int = 0) -> Iterator[int]:
        """The number of columns before each solve; of those over the whole time, ``count`` first.

        Or as many as the marching has ended with: fewer say less. Where that gains little, errors
        have grown on the way there, and smaller ones come next.
        """
        able = begins(self._problem) and self._columns >= FEWEST * len(self._problem.fields)
        for strictness in STRICTNESS if able else ():
            found = yield from _marched(self._sampler, self._columns, strictness, self._reached)
            if found is None or found.loss >= self.loss:
                break
            self.best, self.answer = found.best, found.answer
            self.loss, self._enough = self._loss(found.answer), PATIENCE
            waves = found.best.candidate.width if found.best else count
            yield from super()._search(max(count, waves))
            if self.loss <= max(SOLVED * found.loss, EXACT):
                return
        if self.best is None:
            yield from super()._search(count)

    def _reached(self, done: float) -> None:
        self.done = done


def begins(problem: Problem) -> bool:
    """Whether all conditions hold at the beginning of an interval.

    Examples
    --------
    >>> from nas.problems import load
    >>> begins(load("lotka_volterra")), begins(load("beam")), begins(load("wave"))
    (True, False, False)
    """
    if len(problem.coordinates) > 1 or not isinstance(problem.domain, Box) or problem.unknown:
        return False
    beginning = f"{problem.coordinates[0]}_min"
    return all(
        isinstance(one, Condition) and not one.exact and one.parts == (beginning,)
        for one in problem.conditions
    )


@dataclass(frozen=True)
class Early(Sampler):
    """A sampler whose points lie in the first part of an interval.

    Parameters
    ----------
    share
        How large that is.

    Examples
    --------
    >>> from nas.training import example
    >>> early = early_of(example.SAMPLER, share=0.5)
    >>> points = early.draw(0, example.CPU)
    >>> bool(points.interior.max() < 0.5), points.samples[1].points.tolist()
    (True, [[0.0]])
    """

    share: float = 1.0

    def sample(
        self, group: Group, number: int, device: torch.device, counts: PointCounts | None = None
    ) -> Sample:
        """See `Sampler.sample`."""
        found = super().sample(group, number, device, counts)
        ((low, _),) = self.problem.domain.bounds
        return replace(found, points=low + self.share * (found.points - low))


def early_of(sampler: Sampler, share: float) -> Early:
    """The sampler, in the first ``share`` of its interval.

    >>> from nas.training import example
    >>> early_of(example.SAMPLER, 0.5).share
    0.5
    """
    return Early(**{one.name: getattr(sampler, one.name) for one in fields(sampler)}, share=share)


def _marched(
    sampler: Sampler, most: int, strictness: float, reached: Callable[[float], None]
) -> Generator[int, None, CorrectionSearch | None]:
    """The number of columns before each solve; in the end the search over the whole time.

    What is good, and enough, is so times ``strictness``; each share of the time that is `reached`
    is told.

    Where no step is short enough any more, the waves are too few for so long a time: twice as many
    go on, with at ``most`` so many columns. Where they have hardly got anywhere, none will.
    """
    problem = sampler.problem
    ((low, high),) = problem.domain.bounds
    count, columns = len(problem.fields), FEWEST * len(problem.fields)
    done, step, answer = 0.0, FIRST, zero(problem)  # shares of the whole time
    doubled_at = 0.0
    while done < 1.0:
        if 1.0 - done < step + LEAST:  # nothing shorter is left over
            step = 1.0 - done
        search = CorrectionSearch(
            early_of(sampler, done + step),
            zero(problem),
            columns,
            start=held(answer, low + done * (high - low), count) if done else None,
            enough=PATIENCE,
            bounds=[(low, low + (done + step) * (high - low))],
        )
        nothing = search.loss
        while not search.finished and search.loss > strictness * ENOUGH * nothing:
            yield search.coming
            search.advance()
        if search.loss <= max(strictness * GOOD * nothing, EXACT):
            answer, done, step = search.answer, done + step, GROWTH * step
            reached(done)
        elif (step := step / 2) < LEAST / 2:
            if done - doubled_at < FIRST or 2 * columns > most:
                return None
            columns, step, doubled_at = 2 * columns, FIRST, done
    return search


def held(answer: Answer, until: float, count: int) -> Answer:
    """The answer of one coordinate, whose ``count`` fields stay after ``until`` what they are then.

    Examples
    --------
    >>> import torch
    >>> def line(points, derivatives):  # u = t
    ...     return torch.stack([points, torch.ones_like(points)])
    >>> times = torch.tensor([[0.5], [2.0]])
    >>> held(line, 1.0, count=1)(times, DerivativeSet([(1,)], 1)).squeeze(-1)
    tensor([[0.5000, 1.0000],
            [1.0000, 0.0000]], dtype=torch.float64)
    """

    def constant(points: Tensor, derivatives: DerivativeSet) -> Tensor:
        late = points[..., 0] > until
        jet = answer(points.clamp(max=until), derivatives).double().clone()
        jet[1:, late, :count] = 0.0  # the first is the value
        return jet

    return constant
