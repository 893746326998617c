"""The cases of Gauss–Newton: the pool, its Jacobians three ways, and an iteration."""

from collections.abc import Callable, Sequence
from itertools import chain

import pytest
import torch
from torch import Tensor

from experiments.benchmarks import settings
from experiments.benchmarks.cases import iteration, jacobian
from experiments.harness import machine, timing
from experiments.harness.figures import Findings
from nas.mixture.mixture import Mixture

# torch.func.jvp asks torch.jit for its rules.
pytestmark = pytest.mark.filterwarnings("ignore:.*torch.jit.script.*:DeprecationWarning")

ROWS = 5


@pytest.fixture
def small(monkeypatch: pytest.MonkeyPatch) -> None:
    """Four activations and two shapes, in one round without a warm-up, on the test's threads."""
    monkeypatch.setattr(settings, "DEPTHS", (1, 2))
    monkeypatch.setattr(settings, "WIDTHS", (3,))
    monkeypatch.setattr(timing, "ROUNDS", 1)
    monkeypatch.setattr(timing, "WARM_UP", 0)
    monkeypatch.setattr(jacobian, "ROUNDS", 1)
    monkeypatch.setattr(jacobian, "ROWS", ROWS)
    monkeypatch.setattr(machine, "use_all_cores", lambda: None)


@pytest.fixture
def mixture(small: None) -> Mixture:
    """The small pool, and no number of it zero: a bias begins there."""
    made = settings.default_pool(settings.BURGERS, torch.float64)
    generator = torch.Generator().manual_seed(0)
    with torch.no_grad():
        for parameter in made.parameters():
            noise = torch.rand(parameter.shape, generator=generator, dtype=torch.float64)
            parameter.add_(0.2 * noise)
    return made


def in_rows(gradients: Sequence[Tensor]) -> Tensor:
    """One expert's gradients as its rows (R, P), layer by layer a weight before its bias."""
    half = len(gradients) // 2
    layers = chain(*zip(gradients[:half], gradients[half:], strict=True))
    return torch.cat([gradient.flatten(1) for gradient in layers], dim=1)


def test_the_pool_has_each_candidate_once() -> None:
    pool = settings.default_pool(settings.BURGERS, torch.float32)
    assert len(set(pool.pool)) == len(pool.alive) == 24
    assert {parameter.dtype for parameter in pool.parameters()} == {torch.float32}


@pytest.mark.parametrize(
    ("way", "within"), [(jacobian.by_jets, 1e-10), (jacobian.nested, 1e-8)], ids=["jets", "nested"]
)
def test_our_jacobian_is_the_baselines(
    way: Callable[[Mixture, Tensor], list[jacobian.Gradients]], within: float, mixture: Mixture
) -> None:
    points = jacobian.points()
    baseline = [in_rows(one) for one in way(mixture, points.interior)]
    ours = [
        expert * ROWS**0.5  # a row of ours has the root of its weight in the mean
        for stack in jacobian.ours(mixture, points).parts
        for expert in stack.dense()
    ]
    assert len(ours) == len(baseline) == len(mixture.alive)
    for index, mine, other in zip(mixture.alive, ours, baseline, strict=True):
        assert mine.shape == (ROWS, mixture.expert_parameters(index))
        torch.testing.assert_close(mine, other, rtol=0, atol=within)


@pytest.mark.usefixtures("small")
def test_the_case_of_the_jacobian_has_its_figures() -> None:
    findings = Findings("jacobian")
    jacobian.measure(findings)
    assert [(f.figure, f.unit, f.better, f.target) for f in findings.figures] == [
        ("vmap(grad) of nested derivatives over ours", "×", "higher", 10.0),
        ("vmap(grad) of our jets over ours", "×", "higher", None),
        ("ours", "ms", "lower", None),
        ("with all entries written out", "ms", "lower", None),
    ]
    assert all(figure.value > 0 for figure in findings.figures)


@pytest.mark.usefixtures("small")
def test_the_case_of_the_iteration_has_its_figures() -> None:
    findings = Findings("iteration")
    iteration.measure(findings)
    assert [(f.figure, f.unit, f.better, f.target) for f in findings.figures] == [
        ("Gauss–Newton iteration over a step of Adam", "×", "lower", 15.0),
        ("Gauss–Newton iteration", "ms", "lower", None),
    ]
    assert all(figure.value > 0 for figure in findings.figures)
