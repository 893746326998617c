"""What a map holds, against the mixture itself."""

from dataclasses import replace
from pathlib import Path

import numpy as np
import pyarrow.parquet as pq
import torch

from nas.calculus.jets import DerivativeSet
from nas.campaign.evaluation import evaluate
from nas.campaign.maps import write_map
from nas.campaign.slices import LINE, SIDE, SIDES
from nas.campaign.true_errors import relative_l2
from nas.problems import Box, Condition, Problem, load
from nas.problems.domains import Array, Mask
from nas.search_spaces import Candidate
from tests.campaign.untrained import mixture


def test_a_map_holds_mixture_weights_experts_and_truth(tmp_path: Path) -> None:
    problem = load("poisson_l_shape")
    made = mixture(problem)
    write_map(tmp_path / "map.parquet", problem, made)
    table = pq.read_table(tmp_path / "map.parquet").to_pandas()
    names = ["x", "y", "u", "u.reference", "u.expert.0", "u.expert.2", "weight.0", "weight.2"]
    names.append("residual.size")
    assert sorted(table.columns) == sorted(names)
    assert len(table) == SIDE**2

    outside = (table.x > 0) & (table.y > 0)
    assert table[outside].drop(columns=["x", "y"]).isna().all(axis=None)
    inside = table[~outside]
    assert inside.notna().all(axis=None)
    sums = inside["weight.0"] * inside["u.expert.0"] + inside["weight.2"] * inside["u.expert.2"]
    np.testing.assert_allclose(sums, inside.u, rtol=1e-4, atol=1e-6)


def test_a_map_holds_the_corrected_mixture(tmp_path: Path) -> None:
    problem = load("poisson_l_shape")
    made, generator = mixture(problem), torch.Generator().manual_seed(0)
    before = [torch.rand(shape, generator=generator) for shape in ((2, 9), (9, 1), (9,), (1,))]
    both = made.corrected(Candidate("sine", 1, 9), before[:2], before[2:])
    x = np.array([[-0.5, 0.5], [-0.25, -0.75]])
    derivatives = DerivativeSet([], 2)
    points = torch.tensor(x)
    expected = problem.physical(both(points, derivatives), derivatives, points)[0].detach().numpy()
    (mixed, weights, experts), bare = evaluate(problem, both, x), evaluate(problem, made, x)
    np.testing.assert_allclose(mixed, expected, rtol=1e-12)
    assert (np.abs(mixed - bare[0]) > 1e-3).all()
    np.testing.assert_array_equal(weights, bare[1])
    np.testing.assert_array_equal(experts, bare[2])
    write_map(tmp_path / "map.parquet", problem, both)
    columns = pq.read_table(tmp_path / "map.parquet").column_names
    assert [name for name in columns if name.startswith("weight.")] == ["weight.0", "weight.2"]


def test_a_field_of_a_piece_is_blank_elsewhere(tmp_path: Path) -> None:
    """In all that a map holds of it: prediction, reference and experts."""
    problem = load("two_materials")
    write_map(tmp_path / "map.parquet", problem, mixture(problem))
    table = pq.read_table(tmp_path / "map.parquet").to_pandas()
    for field, elsewhere in [("u", table.y > 0.5), ("v", table.y < 0.5)]:
        columns = [field, *(n for n in table.columns if n.startswith(f"{field}."))]
        assert len(columns) == 4
        assert table.loc[elsewhere, columns].isna().all(axis=None)
        assert table.loc[~elsewhere, columns].notna().all(axis=None)


def test_pieces_have_a_residual_weighted_as_in_the_loss(tmp_path: Path) -> None:
    problem = load("two_materials")
    write_map(tmp_path / "map.parquet", problem, mixture(problem))
    table = pq.read_table(tmp_path / "map.parquet").to_pandas()
    share = (table["residual.weighted"] / table["residual.size"]) ** 2
    glass, copper = (term.weights[0] for term in problem.groups[0].terms)
    np.testing.assert_allclose(share[table.y < 0.49], glass, rtol=1e-4)
    np.testing.assert_allclose(share[table.y > 0.51], copper, rtol=1e-4)


def test_an_error_far_below_the_solution_is_not_rounded(tmp_path: Path) -> None:
    def solution(x: Array) -> Array:
        return 300 + 0 * x

    problem = replace(box("x"), solution=solution, residual=lambda u: u.x)
    made = mixture(problem)
    write_map(tmp_path / "map.parquet", problem, made)
    table = pq.read_table(tmp_path / "map.parquet").to_pandas()
    direct = evaluate(problem, made, np.linspace(0, 1, LINE)[:, None])[0][:, 0]
    np.testing.assert_array_equal(table["u"] - table["u.reference"], direct - 300)


def box(*names: str) -> Problem:
    return Problem(
        name="box",
        domain=Box(**dict.fromkeys(names, (0.0, 1.0))),
        residual=lambda u: u.x,
        conditions=[Condition("x_min", lambda u: u)],
    )


def test_a_map_of_a_line_without_truth(tmp_path: Path) -> None:
    problem = box("x")
    made = mixture(problem)
    assert relative_l2(problem, made) is None
    write_map(tmp_path / "map.parquet", problem, made)
    table = pq.read_table(tmp_path / "map.parquet").to_pandas()
    assert len(table) == LINE
    assert not any(name.endswith(".reference") for name in table.columns)
    assert (table["residual.size"] >= 0).all()


def test_a_map_of_three_coordinates_holds_planes(tmp_path: Path) -> None:
    problem = box("x", "y", "t")
    write_map(tmp_path / "map.parquet", problem, mixture(problem))
    table = pq.read_table(tmp_path / "map.parquet").to_pandas()
    assert len(table) == 6 * SIDES**2
    held = table.groupby("slice.index")[["x", "y", "t"]].agg(lambda column: column.nunique() == 1)
    assert held.sum(axis=1).to_list() == [1] * 6
    assert sorted(table.loc[table["slice.index"] < 4, "t"].unique().round(2)) == [0, 0.33, 0.67, 1]


def test_planes_are_chosen_by_the_prediction_alone(tmp_path: Path) -> None:
    """The truth varies where z = 3/4 alone; the prediction varies in every plane."""
    known = replace(box("x", "y", "z"), solution=lambda x, y, z: x * (abs(z - 0.75) < 0.01))
    made, held = mixture(known), []
    for problem in (known, replace(known, solution=None)):
        write_map(tmp_path / "map.parquet", problem, made)
        table = pq.read_table(tmp_path / "map.parquet").to_pandas()
        held.append(table.groupby("slice.index")[["x", "y", "z"]].min().to_numpy())
    np.testing.assert_array_equal(*held)
    assert held[0][0, 2] != 0.75


def test_slices_that_miss_the_domain_leave_no_map(tmp_path: Path) -> None:
    class Elsewhere:
        """A box that is not where its bounding box has its middle."""

        coordinates, bounds = ("x", "y", "z"), ((0.0, 1.0),) * 3
        parts, measure = {"x_min": 1.0}, 1e-3

        def contains(self, points: Array) -> Mask:
            return np.asarray((points < 0.1).all(axis=1))

        def on(self, part: str, unit: Array) -> Array:
            return np.insert(unit * 0.1, 0, 0.0, axis=1)

        def normals(self, part: str, points: Array) -> Array:
            return np.broadcast_to([-1.0, 0.0, 0.0], points.shape)

    problem = replace(box("x", "y", "z"), domain=Elsewhere())
    write_map(tmp_path / "map.parquet", problem, mixture(problem))
    assert not (tmp_path / "map.parquet").exists()
