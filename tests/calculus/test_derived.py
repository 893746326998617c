"""Derivatives of functions, and entries of what they return."""

import torch

from nas.calculus.derived import Entry, Slope


def test_slopes_of_slopes_are_second_derivatives() -> None:
    first = Slope(lambda values: values[1] ** 3, [1], ("x**3", "x"))
    second = Slope(lambda values: first(values[1], values[2]), [1, 2], (first.name, "x"))
    x, one, none = torch.tensor([2.0]), torch.tensor([1.0]), torch.tensor([0.0])
    assert second.name == "((x**3).d('x')).d('x')"
    assert second(x, one, one, none) == 12  # (x³)'' = 6 x


def test_an_entry_is_that_of_the_call() -> None:
    values = torch.tensor([[1.0, 3.0, 2.0]])
    largest = Entry(torch.max, 0)
    assert (largest(values, dim=1), largest.__name__) == (torch.tensor([3.0]), "max")
    assert Entry(torch.max, 1)(values, dim=1) == 1
