"""Every problem of the toolkit, one file each: a new one is tested without a new test."""

import ast
import doctest
import importlib
import os
import subprocess
import sys
from functools import partial
from itertools import pairwise
from pathlib import Path
from types import ModuleType

import numpy as np
import pytest
import torch
from torch import Tensor

from nas import problems
from nas.calculus.derivatives import DerivativeSet
from nas.calculus.jets import coordinates
from nas.calculus.networks import Perceptrons, evaluate
from nas.checking import known_solution as local
from nas.problems import Problem, names
from nas.problems import problem as problem_module
from nas.problems import sampling as sampling_module
from nas.problems.domains import Array
from nas.problems.loading import text_of
from nas.problems.sampling import boundary_points, interior_points
from nas.problems.terms import Group, Term
from tests.oracles import nested, relative
from tests.problems import source

LABELS = {"Equation", "Domain", "Units", "Truth", "Source"}
# What solutions that are no formula may leave of an equation at a point, relative to its terms:
# the cavity's is off where lid and walls meet, Gray and Scott's where next to nothing happens.
COMPUTED = {"cavity": 1e-2, "gray_scott": 1e-5}
LONGEST = 60  # lines of code in a problem's file


@pytest.fixture(params=names())
def problem(request: pytest.FixtureRequest) -> Problem:
    return problems.load(request.param)


@pytest.mark.parametrize("name", names())
def test_the_docstring_says_what_is_solved_where_it_is_from_and_in_which_units(name: str) -> None:
    lines = (importlib.import_module(f"nas.problems.{name}").__doc__ or "").splitlines()
    labels = {line.partition(": ")[0] for line in lines}
    assert labels >= LABELS


@pytest.mark.parametrize("name", names())
def test_the_file_is_short(name: str) -> None:
    path = Path(problems.__file__).with_name(f"{name}.py")
    assert source.lines_of_code(path.read_text("utf-8")) <= LONGEST


def test_the_name_is_that_of_the_file_and_people_are_told_what_it_is(problem: Problem) -> None:
    assert problem.name in names()
    assert problem.title
    assert "=" in problem.equation


def test_reference_has_one_finite_float64_a_point_and_field(problem: Problem) -> None:
    points = interior_points(problem.domain, 100, seed=0, draw=0)
    reference = problem.reference(points)
    if reference is None:
        pytest.skip("no solution is known")
    assert reference.shape == (100, len(problem.fields))
    assert reference.dtype == np.float64
    assert np.isfinite(reference).all()


def test_the_known_solution_solves_the_equations(problem: Problem) -> None:
    if problem.solution is None:
        pytest.skip("no solution is known")
    for left in local.equations(problem):
        assert left.resolved.mean() > 0.7
        assert left.worst < COMPUTED.get(problem.name, 1e-7)


def test_the_known_solution_meets_the_conditions(problem: Problem) -> None:
    if problem.solution is None:
        pytest.skip("no solution is known")
    for left in local.conditions(problem):
        assert left.resolved.mean() > 0.7
        assert left.worst < 1e-7


def test_observations_differ_from_the_known_solution_by_their_noise(problem: Problem) -> None:
    noisy = [term for term in problem.terms if problem.requirement_of(term).noise]
    if not noisy:
        pytest.skip("no observations with noise")
    for term in noisy:
        group = next(group for group in problem.groups if term in group.terms)
        errors = local.remainders(problem, group, term).residual
        assert np.sqrt(np.mean(errors**2)) == pytest.approx(
            problem.requirement_of(term).noise, rel=0.2
        )


def test_points_lie_in_the_domain(problem: Problem) -> None:
    inside = interior_points(problem.domain, 500, seed=3, draw=5)
    assert problem.domain.contains(inside).all()


def on_the_boundary(problem: Problem) -> dict[str, Array]:
    return boundary_points(problem.domain, list(problem.domain.parts), 200, seed=3, draw=5)


def a_little(problem: Problem) -> float:
    low, high = np.transpose(problem.domain.bounds)
    return 1e-6 * float((high - low).min())


def test_points_on_the_boundary_lie_on_the_boundary(problem: Problem) -> None:
    """The domain is left by a small step along one of the coordinates at least."""
    axes = np.eye(len(problem.coordinates)) * a_little(problem)
    for points in on_the_boundary(problem).values():
        assert problem.domain.contains(points).all()
        left = [~problem.domain.contains(points + step) for step in (*axes, *-axes)]
        assert np.any(left, axis=0).all()


def test_normals_have_length_one_and_point_outwards(problem: Problem) -> None:
    contains = problem.domain.contains
    for part, points in on_the_boundary(problem).items():
        found = problem.domain.normals(part, points)
        assert found.shape == points.shape
        assert np.abs(np.linalg.norm(found, axis=1) - 1).max() < 1e-12
        step = a_little(problem) * found
        assert not contains(points + step).any()
        assert contains(points - step).all()


@pytest.mark.parametrize("dtype", [torch.float32, torch.float64])
def test_residuals_of_a_stack_have_its_shape_and_dtype(
    problem: Problem, dtype: torch.dtype
) -> None:
    for group in problem.groups:
        for term in group.terms:
            points, data = some(problem, group, term)
            count = points.shape[:-1].numel()
            width = len(problem.fields) + len(problem.unknown)
            jet = torch.ones(3, len(group.derivatives), count, width, dtype=dtype)
            for residual in term.residuals(jet, group.derivatives, points, data):
                assert residual.shape == (3, points.shape[-2])
                assert residual.dtype == dtype


def test_residuals_of_a_network_are_those_by_autograd(problem: Problem) -> None:
    stack = network(len(problem.coordinates), len(problem.fields) + len(problem.unknown))
    for group in problem.groups:
        for term in group.terms:
            points, data = some(problem, group, term)
            flat = points.reshape(-1, points.shape[-1])
            jet = network_jet(problem, stack, group.derivatives, flat)[0]
            oracle = autograd_jet(problem, stack, group.derivatives, flat)
            got = term.residuals(jet, group.derivatives, points, data)
            expected = term.residuals(oracle, group.derivatives, points, data)
            for one, other in zip(got, expected, strict=True):
                assert relative(one, other) < 1e-10


def some(problem: Problem, group: Group, term: Term) -> tuple[Tensor, Tensor]:
    """Some points (B, D) or (L, B, D) of a term, and their data (B, K)."""
    points, data = local.drawn(problem, group, term)
    return points[..., :5, :], data[:5]


def network(inputs: int, outputs: int) -> Perceptrons:
    """One of two hidden layers, of numbers of order one."""
    generator = torch.Generator().manual_seed(0)
    sizes = (inputs, 6, 6, outputs)

    def random(*shape: int) -> Tensor:
        return torch.randn(*shape, generator=generator, dtype=torch.float64)

    weights = [random(1, v, w) / v**0.5 for v, w in pairwise(sizes)]
    return Perceptrons(("tanh",), weights, [random(1, w) for w in sizes[1:]])


def network_jet(
    problem: Problem, stack: Perceptrons, derivatives: DerivativeSet, points: Tensor
) -> Tensor:
    """The stack's jet (1, S, B, C), its inputs scaled to the domain."""
    low, high = torch.tensor(problem.domain.bounds, dtype=torch.float64).unbind(1)
    inputs = coordinates(points, derivatives, (low + high) / 2, (high - low) / 2)
    return evaluate(derivatives, inputs, [stack])


def autograd_jet(
    problem: Problem, stack: Perceptrons, derivatives: DerivativeSet, points: Tensor
) -> Tensor:
    """The same (S, B, C) by nested autograd, from values alone."""
    values = DerivativeSet([], len(problem.coordinates))

    def component(where: Tensor, index: int) -> Tensor:
        return network_jet(problem, stack, values, where)[0, 0, :, index]

    fields = [partial(component, index=index) for index in range(stack.biases[-1].shape[-1])]
    by_key = [[nested(field, points, key) for field in fields] for key in derivatives.keys]
    return torch.stack([torch.stack(components, dim=-1) for components in by_key])


def test_fingerprints_are_the_same_in_another_process_and_differ_from_each_other() -> None:
    here = [problems.load(name).fingerprint for name in names()]
    command = (
        "from nas import problems\n"
        "print(*(problems.load(name).fingerprint for name in problems.names()))"
    )
    there = subprocess.run(
        [sys.executable, "-c", command],
        capture_output=True,
        text=True,
        check=True,
        env={**os.environ, "PYTHONHASHSEED": "7"},
    ).stdout.split()
    assert there == here
    assert len(set(here)) == len(here)


@pytest.mark.parametrize("module", [problem_module, sampling_module])
def test_examples_in_docstrings(module: ModuleType) -> None:
    result = doctest.testmod(module)
    assert result.attempted > 0
    assert result.failed == 0


@pytest.mark.parametrize("name", names())
def test_a_file_is_short_as_truths_are_computed_beside_the_data(name: str) -> None:
    text = text_of(name)
    kinds = ast.Module | ast.FunctionDef | ast.ClassDef
    nodes = [node for node in ast.walk(ast.parse(text)) if isinstance(node, kinds)]
    said = [ast.get_docstring(node, clean=False) or "" for node in nodes]
    assert len(text.splitlines()) - sum(len(one.splitlines()) for one in said) <= 60
