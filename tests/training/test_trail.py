"""What is noted of a run's way, and that it survives a checkpoint."""

from dataclasses import replace

import torch

from nas.problems import load
from nas.problems.sampling import interior_points
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


def test_what_a_field_does_where_it_is_not_sought_is_no_movement() -> None:
    problem = load("two_materials")
    mixture = replace(example.settings(), pool=example.POOL[1:2]).mixture(problem)
    found = Trail(problem).fields(mixture)
    points = interior_points(problem.domain, len(found), seed=0, draw=0)
    lower = torch.from_numpy(points[:, 1] < 0.5)
    assert found[lower, 0].all()
    assert found[~lower, 1].all()
    assert not found[~lower, 0].any()
    assert not found[lower, 1].any()
