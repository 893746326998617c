"""DeepXDE with its PyTorch backend, as its users would write these problems.

float32 and its default settings, as in its demos: Adam for half of the time, then L-BFGS until
the time is up, begun anew where it gives up, or until it no longer moves. The equations stand as
in a textbook, unscaled and without weights; but for Helmholtz' equation its demo gives the
boundary a weight of 100, and so it has here. Import this in a process of its own: DeepXDE keeps
its settings in the process.
"""

import os
import time
from collections.abc import Callable
from math import inf, pi
from typing import Any

import numpy as np
import torch
from torch import Tensor

from experiments.benchmarks.baselines.nested import FUNCTIONS
from nas import problems
from nas.campaign import config
from nas.campaign.true_errors import REFERENCE_POINTS
from nas.problems import burgers, helmholtz
from nas.problems.sampling import interior_points
from nas.search_spaces import Candidate

os.environ["DDE_BACKEND"] = "pytorch"  # DeepXDE reads it as it is imported
import deepxde

LEARNING_RATE = 1e-3
CHUNK = 50  # iterations of L-BFGS between two readings of the clock; by default 1,000
EVALUATIONS = 62  # at most in a chunk; the ratio is DeepXDE's
FOR_EVER = 10**9
NETWORK = Candidate("tanh", 4, 50)  # the same for every problem
WEIGHTS = {"helmholtz": [1, 100]}  # of equation and boundary


def in_burgers() -> Any:
    """What its own demo of Burgers' equation trains on."""
    interval = deepxde.geometry.Interval(-1, 1)
    geometry = deepxde.geometry.GeometryXTime(interval, deepxde.geometry.TimeDomain(0, 1))

    def equation(x: Tensor, u: Tensor) -> Any:
        u_x = deepxde.grad.jacobian(u, x, i=0, j=0)
        u_t = deepxde.grad.jacobian(u, x, i=0, j=1)
        return u_t + u * u_x - burgers.nu * deepxde.grad.hessian(u, x, i=0, j=0)

    edge = deepxde.icbc.DirichletBC(geometry, lambda x: 0, lambda _, there: there)
    start = deepxde.icbc.IC(geometry, lambda x: -np.sin(pi * x[:, 0:1]), lambda _, there: there)
    counts = {"num_domain": 2540, "num_boundary": 80, "num_initial": 160}
    return deepxde.data.TimePDE(geometry, equation, [edge, start], **counts)


def in_poisson_l_shape() -> Any:
    """-Δu = 1 on the L-shape of its demo of Poisson's equation."""
    corners = [[0, 0], [1, 0], [1, -1], [-1, -1], [-1, 1], [0, 1]]
    shape = deepxde.geometry.Polygon(corners)
    return _with_zero_boundary(shape, lambda x, u: -_laplacian(x, u) - 1)


def in_helmholtz() -> Any:
    """Δu + u = q on the square."""
    square = deepxde.geometry.Rectangle([-1, -1], [1, 1])
    return _with_zero_boundary(
        square, lambda x, u: _laplacian(x, u) + u - helmholtz.q(x[:, 0:1], x[:, 1:2])
    )


DATA: dict[str, Callable[[], Any]] = {
    "burgers": in_burgers,
    "poisson_l_shape": in_poisson_l_shape,
    "helmholtz": in_helmholtz,
}


def error(problem: str, seed: int, seconds: float) -> float:
    """The relative L2 error after so much wall time; infinite where the training diverged."""
    torch.set_num_threads(1)
    deepxde.config.set_random_seed(seed)
    known = problems.load(problem)
    points = interior_points(known.domain, REFERENCE_POINTS, seed=0, draw=0)  # as for ours
    truth = known.reference(points)
    assert truth is not None
    network = Training(problem, NETWORK, seconds).run()
    with torch.no_grad():
        predicted = network(torch.as_tensor(points, dtype=torch.float32)).double().numpy()
    found = float(np.linalg.norm(predicted - truth) / np.linalg.norm(truth))
    return found if np.isfinite(found) else inf


def seconds_for_all(problem: str, steps: int, measured: int) -> float:
    """Wall time of so many steps of Adam for each candidate of the default space, in turn.

    Extrapolated from the ``measured`` steps of each that follow ten to warm up.
    """
    torch.set_num_threads(1)
    candidates = config.build(problem=problem).search_space().candidates
    return sum(_seconds(problem, one, measured) for one in candidates) * steps / measured


class Training:
    """A network on its way, which begins now and ends after so many seconds."""

    def __init__(self, problem: str, candidate: Candidate, seconds: float) -> None:
        self.begun, self.seconds = time.perf_counter(), seconds
        layers = [2, *[candidate.width] * candidate.depth, 1]
        self.network = deepxde.nn.FNN(layers, FUNCTIONS[candidate.activation], "Glorot normal")
        self.model = deepxde.Model(DATA[problem](), self.network)
        self.weights = WEIGHTS.get(problem)

    def run(self) -> Any:
        """Both optimisers; return the network."""
        self.adam()
        self._train(self.seconds / 2)
        deepxde.optimizers.config.set_LBFGS_options(maxiter=FOR_EVER)
        # They set its size for good as DeepXDE is imported.
        chunk = {"iter_per_step": CHUNK, "fun_per_step": EVALUATIONS}
        deepxde.optimizers.config.LBFGS_options.update(chunk)
        while not self._over(self.seconds):
            before = self._parameters()
            self.model.compile("L-BFGS", loss_weights=self.weights, verbose=0)
            self._train(self.seconds)
            after = self._parameters()
            if not after.isfinite().all() or torch.equal(before, after):
                break
        return self.network

    def adam(self) -> None:
        """Let the next steps be Adam's."""
        self.model.compile("adam", lr=LEARNING_RATE, loss_weights=self.weights, verbose=0)

    def steps(self, count: int) -> None:
        """Do so many steps."""
        self.model.train(iterations=count, display_every=FOR_EVER, verbose=0)

    def _train(self, until: float) -> None:
        """Train until ``until`` seconds of the whole run, or the optimiser's own end."""

        def read_the_clock() -> None:
            if self._over(until):
                self.model.stop_training = True

        callback = deepxde.callbacks.Callback()
        callback.on_batch_end = read_the_clock
        self.model.train(
            iterations=FOR_EVER, display_every=FOR_EVER, callbacks=[callback], verbose=0
        )

    def _over(self, until: float) -> bool:
        return time.perf_counter() - self.begun >= until

    def _parameters(self) -> Tensor:
        """All trainable numbers, in a row."""
        return torch.cat([one.detach().flatten() for one in self.network.parameters()])


def _seconds(problem: str, candidate: Candidate, steps: int) -> float:
    training = Training(problem, candidate, inf)
    training.adam()
    training.steps(10)
    begun = time.perf_counter()
    training.steps(steps)
    return time.perf_counter() - begun


def _with_zero_boundary(geometry: Any, equation: Callable[[Tensor, Tensor], Any]) -> Any:
    """A stationary problem in the plane that is zero on the boundary."""
    edge = deepxde.icbc.DirichletBC(geometry, lambda x: 0, lambda _, there: there)
    data = deepxde.data.PDE(geometry, equation, edge, num_domain=1500, num_boundary=400)
    for name in ("train_x_all", "train_x_bc", "train_x", "test_x"):
        # Its polygons draw points in float64, which its networks in float32 refuse.
        setattr(data, name, getattr(data, name).astype(np.float32))
    return data


def _laplacian(x: Tensor, u: Tensor) -> Any:
    u_xx = deepxde.grad.hessian(u, x, i=0, j=0)
    u_yy = deepxde.grad.hessian(u, x, i=1, j=1)
    return u_xx + u_yy
