import numpy as np
import torch
from torch import nn

from nas.interop.calling import by_name, in_its_numbers, of_columns


def test_names_reach_functions_of_arguments_in_order() -> None:
    assert by_name(("u", "x"), lambda u, x: u - x)(x=1, u=3) == 2


def test_a_solution_of_several_fields_is_a_tuple() -> None:
    solution = of_columns(("x", "y"), lambda points: points[:, ::-1])
    found = solution(y=np.array([1.0, 2.0]), x=np.array([3.0, 4.0]))
    assert [field.tolist() for field in found] == [[1.0, 2.0], [3.0, 4.0]]


def test_a_solution_of_one_field_is_an_array() -> None:
    for function in (lambda points: points, lambda points: points[:, 0]):
        assert of_columns(("x",), function)(x=np.array([3.0, 4.0])).tolist() == [3.0, 4.0]


def test_a_network_computes_in_its_own_numbers_and_answers_in_those_of_the_points() -> None:
    linear = nn.Linear(2, 1).double()
    points = torch.rand(4, 2)
    found = in_its_numbers(linear, points)
    assert found.dtype == torch.float32
    torch.testing.assert_close(found, linear(points.double()).float(), rtol=0, atol=0)
