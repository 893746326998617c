import io

import pytest
import torch

from nas.export.formats.pt2 import serialise
from tests.export.test_network import CASES, facts, plain
from tests.oracles import relative


@pytest.mark.parametrize(
    "case", ["one survivor", "linear gate", "one coordinate", "every axis", "a periodic gate"]
)
def test_program_takes_any_batch_and_differentiates(case: str) -> None:
    """The whole way through a file is checked by each export; here, what one export has not."""
    mixture, problem = CASES[case]
    network = plain(mixture, facts(problem))
    with torch.no_grad():  # the caller's mode is no business of the program's
        content = serialise(network)
    program = torch.export.load(io.BytesIO(content)).module()
    for batch in (1, 2, 3, 1000):
        points = torch.rand(batch, mixture.inputs, dtype=torch.float64, requires_grad=True)
        value, expected = program(points), network(points)
        assert value.shape == (batch, mixture.outputs)
        assert relative(value.detach(), expected.detach()) < 1e-14
        (got,) = torch.autograd.grad(value.sum(), points, create_graph=True)
        (slope,) = torch.autograd.grad(expected.sum(), points)
        assert relative(got.detach(), slope) < 1e-12
        (curvature,) = torch.autograd.grad(got.sum(), points)
        assert curvature.abs().max() > 0
    with torch.no_grad():
        assert program(points.float().double()).requires_grad is False
