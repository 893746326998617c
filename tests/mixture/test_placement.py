"""Stacks on several devices: the busiest has as little to do as can be, and drops balance anew."""

from itertools import combinations, pairwise

import pytest
import torch
from hypothesis import given, settings
from hypothesis import strategies as st
from torch import Tensor, nn

from nas.calculus.jets import DerivativeSet
from nas.mixture import experts
from nas.mixture.experts import Changes
from nas.mixture.gates.perceptron import GateSettings
from nas.mixture.mixture import Mixture
from nas.mixture.placement import followed, slots
from nas.search_spaces.candidates import Candidate

CPU, ELSEWHERE = torch.device("cpu"), torch.device("meta")  # where nothing is computed
POOL = (
    Candidate("tanh", 1, 8),
    Candidate("tanh", 2, 8),
    Candidate("sine", 2, 8),
    Candidate("tanh", 2, 16),
)


def mixture() -> Mixture:
    return Mixture(POOL, GateSettings(1, 4), [(-1, 1), (0, 1)], outputs=1, seed=0)


def brute_force(costs: list[int], devices: int) -> int:
    """The least load of the busiest device, over all ways to cut the row of stacks."""
    count = len(costs)
    return min(
        max(sum(costs[begin:end]) for begin, end in pairwise((0, *cuts, count)))
        for pieces in range(1, min(devices, count) + 1)
        for cuts in combinations(range(1, count), pieces - 1)
    )


@settings(max_examples=100, deadline=None, derandomize=True)
@given(st.lists(st.integers(1, 20), min_size=1, max_size=8), st.integers(1, 5))
def test_the_busiest_device_has_as_little_to_do_as_can_be(costs: list[int], devices: int) -> None:
    found = slots(costs, devices)
    assert found[0] == 0
    assert all(later - earlier in (0, 1) for earlier, later in pairwise(found))
    assert found[-1] < devices
    loads = [
        sum(cost for cost, slot in zip(costs, found, strict=True) if slot == device)
        for device in range(devices)
    ]
    assert max(loads) == brute_force(costs, devices)


def test_no_stack_needs_no_device() -> None:
    assert slots([], 3) == []


def test_a_single_stack_is_on_the_first() -> None:
    assert slots([7], 4) == [0]


def test_stacks_are_spread_and_the_gate_is_on_the_first() -> None:
    placed = mixture().place([CPU, ELSEWHERE])
    assert [stack.slot for stack in placed.expert_stacks] == [0, 0, 1]
    assert [stack.device for stack in placed.expert_stacks] == [CPU, CPU, ELSEWHERE]
    assert {one.device for one in placed.gate.parameters()} == {CPU}
    assert placed.centre.device == CPU


def test_a_drop_balances_anew_and_tells_what_moved(monkeypatch: pytest.MonkeyPatch) -> None:
    def empty(old: nn.Parameter, rows: Tensor, device: torch.device) -> nn.Parameter:
        return nn.Parameter(torch.empty(len(rows), *old.shape[1:], device=device))

    monkeypatch.setattr(experts, "keep_rows", empty)  # nothing comes back from nowhere
    placed = mixture().place([CPU, ELSEWHERE])
    before = {name: value for name, value in placed.named_parameters() if "stacks.2" in name}
    changes = placed.drop(1), placed.drop(2), placed.drop(0)
    assert [stack.device for stack in placed.expert_stacks] == [CPU]
    # What was alone on the other device has come to the first, whole.
    (moved,) = (each for each in changes if set(before.values()) <= set(each))
    for old in before.values():
        new, _ = moved[old]
        assert new is not None
        assert new.device == CPU
    now = {id(new) for new, _ in moved.values() if new is not None}
    assert {id(one) for one in placed.expert_stacks[0].parameters()} <= now


def test_what_is_made_of_a_mixture_is_placed_as_it_is() -> None:
    placed = mixture().place([CPU, CPU])
    assert [stack.slot for stack in placed.with_alive([1, 2, 3]).expert_stacks] == [0, 1]
    weights, biases = [torch.ones(2, 8), torch.ones(8, 1)], [torch.zeros(8), torch.zeros(1)]
    corrected = placed.corrected(Candidate("sine", 1, 8), weights, biases)
    assert [stack.slot for stack in corrected.expert_stacks] == [0, 0, 1]


def test_on_one_device_again_all_are_together() -> None:
    placed = mixture().place([CPU, CPU]).place([CPU])
    assert placed.devices == (CPU,)
    jets = placed(torch.rand(5, 2, dtype=torch.float64), DerivativeSet([(1, 0)], 2))
    assert jets.shape == (2, 5, 1)


@pytest.mark.parametrize("devices", [1, 2, 3, 8])
def test_a_mixture_is_the_same_on_any_number_of_devices(devices: int) -> None:
    points, derivatives = torch.rand(7, 2, dtype=torch.float64), DerivativeSet([(2, 0), (0, 1)], 2)
    placed, one = mixture().place([CPU] * devices), mixture()
    assert torch.equal(placed(points, derivatives), one(points, derivatives))


def test_changes_follow_one_another() -> None:
    a, b, c, d, e = (nn.Parameter(torch.zeros(3)) for _ in range(5))
    rows, both = torch.tensor([0, 2]), torch.tensor([0, 1])
    first: Changes = {a: (b, rows), d: (None, rows[:0])}
    found = followed(first, {b: (c, both), e: (a, both)})
    assert found[a][0] is c
    assert found[a][1] is rows
    assert found[d][0] is None
    assert found[e][0] is a
    assert b not in found
