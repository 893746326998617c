"""What is said of a candidate before anything is trained."""

import pytest

from nas.errors import UserError
from nas.networks import CHOICES, check, count_parameters, untrained
from nas.search_spaces.candidates import AXES, Candidate

CANDIDATES = [
    Candidate("tanh", 1, 5),
    Candidate("gelu", 3, 4, scale=7),
    Candidate("gelu", 2, 4, encoding="fourier 3"),
    Candidate("gelu", 2, 4, encoding="periodic x 2"),
]


def test_choices_are_levels_of_axes() -> None:
    axes = {axis.name: axis for axis in AXES}
    assert CHOICES
    for name, levels in CHOICES.items():
        assert all(axes[name].accepts(level) for level in levels)


def test_known_candidates_pass() -> None:
    check([Candidate(name, 1, 1) for name in CHOICES["activation"]], ["x"])


def test_the_first_that_cannot_be_made_is_named() -> None:
    with pytest.raises(UserError, match=r"^activation: expected one of sine, .*, got 'step'$"):
        check([*CANDIDATES, Candidate("step", 1, 1)], ["x"])


@pytest.mark.parametrize("candidate", CANDIDATES, ids=str)
@pytest.mark.parametrize("names", [["x"], ["x", "y", "t"]], ids=len)
def test_as_many_parameters_as_numbers_in_the_layers(
    candidate: Candidate, names: list[str]
) -> None:
    stack = untrained(candidate, names, outputs=2)
    numbers = sum(layer.numel() for layer in (*stack.weights, *stack.biases))
    assert count_parameters(candidate, len(names), 2) == numbers
    (module,) = stack.modules()
    assert sum(parameter.numel() for parameter in module.parameters()) == numbers
