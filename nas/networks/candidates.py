"""What a candidate computes: the family that it belongs to, and what that says of it."""

from collections.abc import Sequence

from nas.calculus.activations import ACTIVATIONS
from nas.errors import UserError
from nas.networks.family import Family, Stack
from nas.networks.initial import stream
from nas.networks.perceptron import PERCEPTRON
from nas.search_spaces.candidates import Candidate, levels_of

# The levels that the families know of an axis whose levels are names, by the axis' name.
CHOICES: dict[str, tuple[str, ...]] = {"activation": tuple(ACTIVATIONS)}


def family_of(candidate: Candidate) -> Family:
    """The family whose networks ``candidate`` describes.

    Examples
    --------
    >>> type(family_of(Candidate("tanh", 2, 16))).__name__
    'Perceptron'
    """
    return PERCEPTRON


def check(candidates: Sequence[Candidate], names: Sequence[str]) -> None:
    """Refuse candidates that no network can be made of, before any is trained.

    Parameters
    ----------
    names
        Of the problem's coordinates.

    Raises
    ------
    UserError
        If a level is of no known name, or speaks of what the problem does not have.

    Examples
    --------
    >>> check([Candidate("tanh", 2, 16)], ["x", "t"])
    >>> check([Candidate("tahn", 2, 16)], ["x", "t"])  # doctest: +ELLIPSIS
    Traceback (most recent call last):
    nas.errors.UserError: activation: expected one of sine, tanh, ..., got 'tahn'
    """
    for candidate in candidates:
        levels = levels_of(candidate)
        for axis, known in CHOICES.items():
            if levels[axis] not in known:
                raise UserError(f"{axis}: expected one of {', '.join(known)}, got {levels[axis]!r}")
        family_of(candidate).shape([candidate], names)


def count_parameters(candidate: Candidate, inputs: int, outputs: int) -> int:
    """Weights and biases of one network with D inputs and C outputs.

    Examples
    --------
    >>> count_parameters(Candidate("tanh", 1, 16), inputs=2, outputs=1)
    65
    """
    return family_of(candidate).count_parameters(candidate, inputs, outputs)


def untrained(candidate: Candidate, names: Sequence[str], outputs: int, seed: int = 0) -> Stack:
    """A stack of one network of ``candidate``, with one input for each of ``names``.

    Examples
    --------
    >>> len(untrained(Candidate("tanh", 1, 16), ["x", "t"], outputs=1))
    1
    """
    family = family_of(candidate)
    weights, biases = family.initialise(candidate, len(names), outputs, stream(seed, 0))
    return Stack(
        family,
        family.shape([candidate], names),
        [weight[None] for weight in weights],
        [bias[None] for bias in biases],
    )
