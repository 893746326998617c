"""The mixture on points, against the mixture itself."""

from pathlib import Path

import numpy as np
import pyarrow.parquet as pq
import pytest
import torch

from nas.calculus.jets import DerivativeSet
from nas.campaign.maps import GRID, evaluate, relative_l2, write_map
from nas.mixture.gates.perceptron import GateSettings
from nas.mixture.mixture import Mixture
from nas.problems import Box, Condition, Problem, load
from nas.search_spaces import Candidate

POOL = [Candidate("sine", 1, 4), Candidate("tanh", 2, 4), Candidate("sine", 2, 4)]


def mixture(problem: Problem) -> Mixture:
    made = Mixture(POOL, GateSettings(1, 4), problem.domain.bounds, len(problem.fields), seed=0)
    made.drop(1)
    return made


def test_a_map_holds_mixture_weights_experts_and_truth(tmp_path: Path) -> None:
    problem = load("poisson_l_shape")
    made = mixture(problem)
    write_map(tmp_path / "map.parquet", problem, made)
    table = pq.read_table(tmp_path / "map.parquet").to_pandas()
    names = ["x", "y", "u", "u.reference", "u.expert.0", "u.expert.2", "weight.0", "weight.2"]
    assert sorted(table.columns) == sorted(names)
    assert len(table) == GRID**2

    outside = (table.x > 0) & (table.y > 0)
    assert table[outside].drop(columns=["x", "y"]).isna().all(axis=None)
    inside = table[~outside]
    assert inside.notna().all(axis=None)
    sums = inside["weight.0"] * inside["u.expert.0"] + inside["weight.2"] * inside["u.expert.2"]
    np.testing.assert_allclose(sums, inside.u, rtol=1e-4, atol=1e-6)


def test_evaluation_agrees_with_the_mixture() -> None:
    made = mixture(load("burgers"))
    points = np.array([[-0.5, 0.2], [0.3, 0.9]])
    mixed, weights, experts = evaluate(made, points)
    np.testing.assert_allclose(np.einsum("be,ebc->bc", weights, experts), mixed, atol=1e-14)

    direct = made(torch.as_tensor(points), DerivativeSet([], 2))[0].detach().numpy()
    np.testing.assert_allclose(mixed, direct, atol=1e-14)


def test_relative_error_of_a_mixture_that_is_zero_is_one() -> None:
    problem = load("burgers")
    made = mixture(problem)
    for parameter in made.parameters():
        parameter.data.zero_()
    assert relative_l2(problem, made) == pytest.approx(1.0, abs=1e-12)


def test_without_truth_or_plane_there_is_nothing_to_write(tmp_path: Path) -> None:
    line = Problem(
        name="line",
        domain=Box(x=(0.0, 1.0)),
        residual=lambda u: u.x,
        conditions=[Condition("x_min", lambda u: u)],
    )
    made = mixture(line)
    assert relative_l2(line, made) is None
    write_map(tmp_path / "map.parquet", line, made)
    assert not (tmp_path / "map.parquet").exists()
