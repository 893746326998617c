"""DeepXDE as its users have it: 4×50 tanh in float32, Adam, then L-BFGS until the time is over.

Adam has 30 seconds, or half of a shorter time, so that an answer after 60 seconds can be read off
a longer run. Of all that it passes the network with the least held-out loss counts; to find that
costs it no time.
"""

from dataclasses import replace
from importlib.util import find_spec
from typing import Any

import torch
from torch import Tensor

from experiments.arena.looks import Looks
from experiments.arena.training import settings, settings_in_words
from nas.problems import Problem
from nas.problems.terms import PointCounts
from nas.search_spaces import Candidate
from nas.training.collocation import Sampler
from nas.training.unknowns import estimates

USES = (
    "experiments.arena.columns.deepxde",
    "experiments.arena.in_deepxde",
    "nas.calculus.expression",
    "nas.calculus.fields",
    "nas.calculus.quantities",
    "nas.problems",
    "nas.training.collocation",
    "nas.training.unknowns",
)
NETWORK = Candidate("tanh", 4, 50)
COUNTS = PointCounts(interior=2000, boundary=400)  # about as many as in DeepXDE's demos
LEARNING_RATE = 1e-3
ADAM = 30.0  # seconds
BETWEEN = 2.0  # seconds from one look to the next during Adam
CHUNK = 10  # iterations of L-BFGS between two readings of the clock; by default 1,000
EVALUATIONS = 12  # at most in a chunk; the ratio is about DeepXDE's
FOR_EVER = 10**9


def lacking() -> str:
    """See `experiments.arena.columns`."""
    return "" if find_spec("deepxde") else "DeepXDE is not installed: pip install '.[bench]'"


def facts() -> str:
    """See `experiments.arena.columns`: how the toolkit draws points."""
    return settings_in_words()


def run(problem: Problem, seconds: float, seed: int, looks: Looks) -> None:
    """See `experiments.arena.columns`."""
    _Training(problem, seconds, seed, looks).run()


class _Training:
    """A network on its way."""

    def __init__(self, problem: Problem, seconds: float, seed: int, looks: Looks) -> None:
        import deepxde  # slow, and not everybody has it

        from experiments.arena import in_deepxde

        deepxde.config.set_random_seed(seed)
        self._dde, self._adapter = deepxde, in_deepxde
        self.problem, self.seconds, self.looks = problem, seconds, looks
        looks.seconds  # noqa: B018 - the clock begins
        raw = [deepxde.Variable(one.first) for one in problem.unknown.values()]
        sampler = _sampler(problem, seed)
        drawn = replace(sampler, counts=COUNTS).draw(0, torch.device("cpu"))
        self.network = in_deepxde.network(problem, NETWORK)
        self.model = deepxde.Model(in_deepxde.Requirements(problem, drawn, raw), self.network)
        with looks.paused():
            held_out = sampler.held_out(torch.device("cpu"))
            self.held_out = in_deepxde.Requirements(problem, held_out, raw)
        self.raw = raw

    def run(self) -> None:
        """Both optimisers."""
        self._compile("adam", lr=LEARNING_RATE)
        self._train(min(ADAM, self.seconds / 2))
        options = self._dde.optimizers.config
        options.set_LBFGS_options(maxiter=FOR_EVER)
        # They set its size for good as DeepXDE is imported.
        options.LBFGS_options.update({"iter_per_step": CHUNK, "fun_per_step": EVALUATIONS})
        while self.looks.seconds < self.seconds:
            before = self._parameters()
            self._compile("L-BFGS")
            self._train(self.seconds)
            after = self._parameters()
            if not after.isfinite().all() or torch.equal(before, after):
                self.looks.tell(gave_up=self.looks.seconds)
                break

    def _compile(self, optimiser: str, **options: Any) -> None:
        self.model.compile(
            optimiser, external_trainable_variables=self.raw or None, verbose=0, **options
        )

    def _train(self, until: float) -> None:
        """Train until the clock shows ``until``, or the optimiser's own end; look now and then."""
        looked = self.looks.seconds

        def step_ended() -> None:
            nonlocal looked
            now = self.looks.seconds
            self.model.stop_training = self.model.stop_training or now >= until
            if now >= looked + BETWEEN:
                self._look()
                looked = self.looks.seconds

        callback = self._dde.callbacks.Callback()
        callback.on_batch_end = step_ended
        self.model.train(
            iterations=FOR_EVER, display_every=FOR_EVER, callbacks=[callback], verbose=0
        )
        self._look()

    def _look(self) -> None:
        """Look at the network as it is; the clock stands still."""
        looks = self.looks
        with looks.paused():
            loss = self.held_out.loss(self.network)
            raw = torch.tensor([float(one.detach()) for one in self.raw])
            looks.look(
                loss,
                lambda points: self._adapter.fields(self.problem, self.network, points),
                estimates(self.problem, raw),
            )

    def _parameters(self) -> Tensor:
        """All trainable numbers, in a row."""
        everything = [*self.network.parameters(), *self.raw]
        return torch.cat([one.detach().flatten() for one in everything])


def _sampler(problem: Problem, seed: int) -> Sampler:
    """Of the toolkit's points: held-out ones are those of the other columns."""
    return settings(problem, [NETWORK], seed).sampler
