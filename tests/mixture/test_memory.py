"""What is remembered is what would be evaluated, and is evaluated once."""

import pytest
import torch
from torch import Tensor

from nas.calculus.jets import DerivativeSet
from nas.mixture import memory as module
from nas.mixture.memory import Memory

VALUES, SLOPES = DerivativeSet([], 1), DerivativeSet([(1,)], 1)
X = torch.linspace(0, 1, 5, dtype=torch.float64).view(1, 5, 1)


class Experts:
    """Expert i says (i + 1) x; counts how often it is asked, and of whom."""

    def __init__(self, alive: list[int]) -> None:
        self.alive, self.asked = alive, list[list[int]]()

    def __call__(self, coordinates: Tensor, derivatives: DerivativeSet) -> Tensor:
        self.asked.append(list(self.alive))
        factors = torch.tensor([index + 1.0 for index in self.alive], dtype=torch.float64)
        return factors.view(-1, 1, 1, 1) * coordinates[None]


def recall(memory: Memory, experts: Experts, x: Tensor = X, key: DerivativeSet = VALUES) -> Tensor:
    return memory.recall(experts.alive, x, key, experts)


def test_the_same_question_is_answered_from_memory() -> None:
    memory, experts = Memory(), Experts([3, 0, 1])
    first = recall(memory, experts)
    assert recall(memory, experts, X.clone()) is first
    assert experts.asked == [[3, 0, 1]]


@pytest.mark.parametrize("alive", [[3], [0, 1], [1, 3], [3, 1, 0]])
def test_those_that_are_left_say_what_they_would_say(alive: list[int]) -> None:
    memory, experts = Memory(), Experts([3, 0, 1])
    recall(memory, experts)
    left = Experts(alive)
    assert torch.equal(recall(memory, left), left(X, VALUES))
    assert left.asked == [alive]  # by the comparison alone


def test_who_comes_back_is_known() -> None:
    """Smaller sets neither replace nor hide the larger ones."""
    memory, experts = Memory(), Experts([3, 0, 1])
    whole = recall(memory, experts)
    recall(memory, Experts([3]))
    assert torch.equal(recall(memory, experts), whole)
    assert len(experts.asked) == 1


@pytest.mark.parametrize(
    ("x", "derivatives"),
    [(X + 1e-12, VALUES), (X[:, :4], VALUES), (X, SLOPES)],
    ids=["other points", "fewer points", "other derivatives"],
)
def test_another_question_is_asked(x: Tensor, derivatives: DerivativeSet) -> None:
    memory, experts = Memory(), Experts([0, 1])
    recall(memory, experts)
    assert torch.equal(recall(memory, experts, x, derivatives), Experts([0, 1])(x, derivatives))
    assert len(experts.asked) == 2


def test_an_expert_that_nobody_has_asked_is_asked() -> None:
    memory = Memory()
    recall(memory, Experts([0, 1]))
    more = Experts([0, 1, 2])
    assert recall(memory, more)[:, 0, -1, 0].tolist() == [1.0, 2.0, 3.0]
    assert len(more.asked) == 1


def test_what_does_not_fit_is_evaluated_each_time(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(module, "MOST_BYTES", 2 * 5 * 8)  # of two experts
    memory, experts = Memory(), Experts([0, 1])
    for _ in range(2):
        recall(memory, experts)
        got = recall(memory, experts, X + 1)
        assert torch.equal(got, Experts([0, 1])(X + 1, VALUES))
    assert len(experts.asked) == 3
    assert len(memory.entries) == 1


def test_it_keeps_no_way_back() -> None:
    weight = torch.ones((), dtype=torch.float64, requires_grad=True)
    jets = Memory().recall([0], X, VALUES, lambda x, derivatives: weight * x[None])
    assert not jets.requires_grad
