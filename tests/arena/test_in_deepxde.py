"""The adapter: DeepXDE minimises the physics loss that the toolkit does, and truly learns."""

from importlib.util import find_spec
from typing import Any

import pytest

from experiments.arena.measuring import Answer
from experiments.harness.process import ONE_THREAD, fresh
from nas import problems
from nas.calculus.jets import DerivativeSet
from nas.search_spaces import Candidate
from nas.training.physics_loss import physics_loss

pytestmark = pytest.mark.skipif(find_spec("deepxde") is None, reason="DeepXDE is not installed")


def losses(name: str) -> list[float]:
    """Of an untrained network of DeepXDE: by the adapter, and by derivatives in float64."""
    import torch

    from experiments.arena import in_deepxde, training

    problem = problems.load(name)
    raw = [torch.tensor(one.first) for one in problem.unknown.values()]
    sampler = training.settings(problem, [Candidate("tanh", 1, 4)], 0).sampler
    points = sampler.draw(0, torch.device("cpu"))
    network = in_deepxde.network(problem, Candidate("tanh", 2, 8))
    adapted = in_deepxde.Requirements(problem, points, raw).loss(network)
    network.double()
    low, high = torch.tensor(problem.domain.bounds, dtype=torch.float64).T
    network.apply_feature_transform(lambda x: (2 * x - low - high) / (high - low))

    def evaluate(x: Any, derivatives: DerivativeSet) -> Any:
        x = x.clone().requires_grad_()
        jet = _jet(network(x), x, derivatives)
        constants = jet.new_zeros(*jet.shape[:-1], len(raw))
        constants[0] = torch.stack(raw).to(jet) if raw else constants[0]
        return torch.cat([jet, constants], dim=-1)

    return [adapted, float(physics_loss(problem, points, evaluate))]


def _jet(fields: Any, x: Any, derivatives: DerivativeSet) -> Any:
    """By autograd, one field and derivative after the other."""
    import torch

    from nas.calculus.derivatives import Laplacian

    def column(value: Any, key: Any) -> Any:
        if isinstance(key, Laplacian):
            keys = [[2 * (axis == one) for one in range(x.shape[-1])] for axis in key.axes]
            return sum(column(value, one) for one in keys)
        for axis, order in enumerate(key):
            for _ in range(order):
                (slopes,) = torch.autograd.grad(value.sum(), x, create_graph=True)
                value = slopes[:, axis]
        return value

    columns = [[column(field, key) for field in fields.T] for key in derivatives.keys]
    return torch.stack([torch.stack(row, dim=-1) for row in columns])


@pytest.mark.parametrize(
    "name", ["wave", "kovasznay", "lotka_volterra", "burgers_inverse", "poisson_5d", "allen_cahn"]
)
def test_its_loss_is_the_physics_loss(name: str) -> None:
    adapted, known = fresh("tests.arena.test_in_deepxde:losses", name, environment=ONE_THREAD)
    assert adapted == pytest.approx(known, rel=1e-3)


def test_it_trains_until_its_time_is_over() -> None:
    found = Answer.of(
        fresh(
            "experiments.arena.measuring:measure", "beam", "deepxde", 2, 0, environment=ONE_THREAD
        )
    )
    assert found.failed == ""
    assert found.seconds >= 2
    assert found.looks[-1].loss < found.looks[0].loss
