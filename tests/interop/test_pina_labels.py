from collections.abc import Callable
from typing import Any

import pytest
import torch

from nas.calculus.fields import Coordinate
from nas.errors import UserError
from nas.interop.pina_labels import Labelled

NAMES = ("x", "y", "t")


@pytest.fixture
def xyt() -> Any:
    values = torch.tensor([[2.0, 3.0], [0.5, 4.0], [1.0, -1.0]])
    return Labelled([Coordinate(NAMES, axis, one) for axis, one in enumerate(values)], NAMES)


def written(columns: Labelled) -> list[str]:
    return [str(one) for one in columns.quantities]


def test_columns_are_found_by_labels(xyt: Any) -> None:
    assert written(xyt["t"]) == written(xyt.extract("t")) == ["t"]
    assert written(xyt.extract(["t", "x"])) == written(xyt["t", "x"]) == ["t", "x"]
    assert xyt.extract(["t", "x"]).labels == ["t", "x"]


def test_columns_that_are_found_by_numbers_keep_their_labels(xyt: Any) -> None:
    assert xyt[:, 1].labels == ["y"]
    assert xyt[:, 1:].labels == ["y", "t"]
    assert written((2 * xyt)[:, 1:]) == ["2*y", "2*t"]


def test_arithmetic_leaves_no_labels_and_they_can_be_given(xyt: Any) -> None:
    made: Any = torch.cat([torch.sin(xyt["x"]), 1 - xyt["t"]], dim=1)
    assert isinstance(made, Labelled)
    made.labels = ["a", "b"]
    assert written(made["b"]) == ["1 - t"]
    made["a"].labels = "c"
    assert made.labels == ["a", "b"]


def test_the_tensor_has_no_labels(xyt: Any) -> None:
    assert written(xyt.tensor) == ["x", "y", "t"]
    with pytest.raises(UserError, match="labels: arithmetic leaves none"):
        xyt.tensor["x"]
    assert xyt.device == torch.device("cpu")


@pytest.mark.parametrize(
    ("use", "message"),
    [
        (lambda y: y["z"], "expected labels among x, y, t, got z"),
        (lambda y: (2 * y).labels, r"arithmetic leaves none; give them, as in flux.labels ="),
        (lambda y: setattr(y, "labels", ["a"]), "labels: expected 3, got a"),
        (lambda y: y[0], r"expected columns as in y\[:, 0:1\], got y\[0\]"),
        (lambda y: y.shape, "y.shape: expected columns and arithmetic alone"),
    ],
)
def test_what_has_no_counterpart_is_refused(
    xyt: Any, use: Callable[[Any], Any], message: str
) -> None:
    with pytest.raises(UserError, match=message):
        use(xyt)
