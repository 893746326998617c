"""What is noted of a run's way, and that it survives a checkpoint."""

import torch

from nas.training import example
from nas.training.trail import Trail


def test_fields_are_physical_and_in_float64() -> None:
    mixture = example.mixture().float()
    found = Trail(example.PROBLEM).fields(mixture)
    assert found.dtype == torch.float64
    with torch.no_grad():
        for parameter in mixture.parameters():
            parameter.zero_()
    offset = example.PROBLEM.describe_fields()[0]["offset"]
    assert set(Trail(example.PROBLEM).fields(mixture).flatten().tolist()) == {offset}


def test_a_trail_goes_on_from_its_state() -> None:
    trail, again = Trail(example.PROBLEM), Trail(example.PROBLEM)
    trail.add(example.mixture(), 0.5)
    again.restore(trail.state())
    again.add(example.mixture(), 0.25)
    assert [loss for loss, _ in again.marks] == [0.5, 0.25]
    assert torch.equal(again.marks[0][1], trail.marks[0][1])
