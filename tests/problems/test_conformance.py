"""Every problem of the toolkit, one file each: a new one is tested without a new test."""

import doctest
import os
import subprocess
import sys
from types import ModuleType

import numpy as np
import pytest
import torch

from nas import problems
from nas.problems import Problem, names
from nas.problems import problem as problem_module
from nas.problems import sampling as sampling_module
from nas.problems.sampling import boundary_points, interior_points
from tests.problems import local


@pytest.fixture(params=names())
def problem(request: pytest.FixtureRequest) -> Problem:
    return problems.load(request.param)


def test_the_name_is_that_of_the_file_and_people_are_told_what_it_is(problem: Problem) -> None:
    assert problem.name in names()
    assert problem.title
    assert "=" in problem.equation
    for group in problem.groups[1:]:
        assert set(group.regions) <= set(problem.domain.parts)


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
    left = local.equations(problem)
    assert left.resolved.mean() > 0.7
    assert left.worst < 1e-7


def test_the_known_solution_meets_the_conditions(problem: Problem) -> None:
    if problem.solution is None:
        pytest.skip("no solution is known")
    for left in local.conditions(problem):
        assert left.resolved.mean() > 0.7
        assert left.worst < 1e-7


def test_points_lie_in_the_domain(problem: Problem) -> None:
    inside = interior_points(problem.domain, 500, seed=3, draw=5)
    assert problem.domain.contains(inside).all()
    parts = list(problem.domain.parts)
    for points in boundary_points(problem.domain, parts, 200, seed=3, draw=5).values():
        assert problem.domain.contains(points).all()


@pytest.mark.parametrize("dtype", [torch.float32, torch.float64])
def test_residuals_of_a_stack_have_its_shape_and_dtype(
    problem: Problem, dtype: torch.dtype
) -> None:
    points = torch.as_tensor(interior_points(problem.domain, 7, seed=0, draw=1), dtype=dtype)
    for group in problem.groups:
        jet = torch.ones(3, len(group.derivatives), 7, len(problem.fields), dtype=dtype)
        for term in group.terms:
            data = torch.ones(7, len(group.source.columns(problem.domain)), dtype=torch.float64)
            for residual in term.residuals(jet, group.derivatives, points, data):
                assert residual.shape == (3, 7)
                assert residual.dtype == dtype


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
