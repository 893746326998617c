"""What is measured of single steps: the pool, its Jacobians three ways, and what is told."""

from collections.abc import Callable, Sequence
from itertools import chain

import pytest
import torch
from torch import Tensor

from experiments.benchmarks import machine, timing
from experiments.benchmarks.figures import Figure, Findings
from experiments.training import cases, pool, settings
from experiments.training.cases import jacobian
from nas import problems
from nas.mixture.mixture import Mixture
from nas.problems import Problem
from nas.training.points import Points, Sampler

# torch.func.jvp asks torch.jit for its rules.
pytestmark = pytest.mark.filterwarnings("ignore:.*torch.jit.script.*:DeprecationWarning")

BURGERS = problems.load("burgers")
ROWS = 5


@pytest.fixture
def small(monkeypatch: pytest.MonkeyPatch) -> None:
    """Four activations and two shapes, in one round without a warm-up, on the test's threads."""
    space = {"activations": settings.SPACE["activations"], "depths": [1, 2], "widths": [3]}
    monkeypatch.setattr(settings, "SPACE", space)
    monkeypatch.setattr(settings, "EXPERTS", 8)
    monkeypatch.setattr(timing, "ROUNDS", 1)
    monkeypatch.setattr(timing, "WARM_UP", 0)
    monkeypatch.setattr(jacobian, "ROUNDS", 1)
    monkeypatch.setattr(jacobian, "ROWS", ROWS)
    monkeypatch.setattr(machine, "use_all_cores", lambda: None)


@pytest.fixture
def mixture(small: None) -> Mixture:
    """The small pool, and no number of it zero: a bias begins there."""
    made = pool.untrained(BURGERS, torch.float64)
    generator = torch.Generator().manual_seed(0)
    with torch.no_grad():
        for parameter in made.parameters():
            noise = torch.rand(parameter.shape, generator=generator, dtype=torch.float64)
            parameter.add_(0.2 * noise)
    return made


def inside() -> Points:
    return jacobian.inside(Sampler(BURGERS, ROWS, ROWS, "sobol", 0))


def in_rows(gradients: Sequence[Tensor]) -> Tensor:
    """One expert's gradients as its rows (R, P), layer by layer a weight before its bias."""
    half = len(gradients) // 2
    layers = chain(*zip(gradients[:half], gradients[half:], strict=True))
    return torch.cat([gradient.flatten(1) for gradient in layers], dim=1)


def figures(name: str) -> dict[str, Figure]:
    return {figure.figure: figure for figure in measured(name).figures}


def measured(name: str) -> Findings:
    return cases.load(name).measure({})


@pytest.mark.parametrize("dtype", [torch.float32, torch.float64])
def test_the_pool_has_each_candidate_once_and_is_the_same_each_time(dtype: torch.dtype) -> None:
    one, other = (pool.untrained(BURGERS, dtype) for _ in range(2))
    assert sorted(one.alive) == list(range(settings.EXPERTS))
    assert len(set(one.pool)) == settings.EXPERTS
    assert (one.inputs, one.outputs) == (2, 1)
    for p, q in zip(one.parameters(), other.parameters(), strict=True):
        assert p.dtype == dtype
        assert p.equal(q)


def test_the_pool_is_that_of_the_settings(mixture: Mixture) -> None:
    assert {(c.activation, c.depth, c.width) for c in mixture.pool} == {
        (name, depth, 3) for name in settings.SPACE["activations"] for depth in (1, 2)
    }


def by_our_jets(problem: Problem, mixture: Mixture, points: Tensor) -> list[tuple[Tensor, ...]]:
    return jacobian.theirs(problem, mixture, points)


def by_nesting(problem: Problem, mixture: Mixture, points: Tensor) -> list[tuple[Tensor, ...]]:
    return jacobian.nested(mixture, points)


Rival = Callable[[Problem, Mixture, Tensor], list[tuple[Tensor, ...]]]


@pytest.mark.parametrize(("rival", "within"), [(by_our_jets, 1e-10), (by_nesting, 1e-8)])
def test_our_jacobian_is_the_rivals(rival: Rival, within: float, mixture: Mixture) -> None:
    points = inside()
    theirs = [in_rows(one) for one in rival(BURGERS, mixture, points.interior)]
    ours = [
        expert * ROWS**0.5  # a row of ours has the root of its weight in the mean
        for stack in jacobian.ours(BURGERS, mixture, points).parts
        for expert in stack.dense()
    ]
    assert len(ours) == len(theirs) == len(mixture.alive)
    for index, mine, other in zip(mixture.alive, ours, theirs, strict=True):
        assert mine.shape == (ROWS, mixture.expert_parameters(index))
        torch.testing.assert_close(mine, other, rtol=0, atol=within)


def test_experts_come_in_the_order_of_the_pool_alive(mixture: Mixture) -> None:
    names = [name for name, _ in jacobian.experts(mixture)]
    assert names == [mixture.pool[index].activation for index in mixture.alive]


def test_every_activation_of_the_pool_is_known_without_jets() -> None:
    assert {*settings.SPACE["activations"]} <= jacobian.ACTIVATIONS.keys()


@pytest.mark.usefixtures("small")
def test_the_case_of_the_jacobian_has_its_figures() -> None:
    found = figures("jacobian")
    assert [(f.figure, f.unit, f.better, f.target) for f in found.values()] == [
        ("vmap(grad) of nested derivatives over ours", "×", "higher", 10.0),
        ("vmap(grad) of our jets over ours", "×", "higher", None),
        ("ours", "ms", "lower", None),
        ("with all entries written out", "ms", "lower", None),
    ]
    assert all(figure.value > 0 for figure in found.values())


@pytest.mark.usefixtures("small")
def test_the_case_of_the_jacobian_tells_what_the_ratios_are_of() -> None:
    (note,) = measured("jacobian").notes
    assert "8 experts" in note
    assert "Ours, in the ratios too, is what training uses: the factors of the Jacobian" in note


@pytest.mark.usefixtures("small")
def test_the_case_of_the_iteration_has_its_figures() -> None:
    found = figures("iteration")
    assert [(f.figure, f.unit, f.better, f.target) for f in found.values()] == [
        ("Gauss–Newton iteration over a step of Adam", "×", "lower", 15.0),
        ("Gauss–Newton iteration", "ms", "lower", None),
    ]
    assert all(figure.value > 0 for figure in found.values())
