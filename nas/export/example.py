"""An export that is made in a moment: what a new format is tried on first.

It is of the case in `nas.training.example`, before any training.
"""

from nas.export.architecture import Architecture, Measured, ProblemFacts
from nas.export.conversion import describe, plain_state
from nas.export.network import ExportedMixture
from nas.training import example

PROBLEM = ProblemFacts(
    name=example.PROBLEM.name,
    title="Exponential decay",
    equation="u_t + u = 0",
    coordinates=example.PROBLEM.coordinates,
    fields=tuple(example.PROBLEM.fields),
    bounds=tuple(example.PROBLEM.domain.bounds),
)
MEASURED = Measured(
    run="0000-0",
    held_out_loss=0.5,
    relative_l2=None,
    experts_before=3,
    experts_after=3,
    parameters_before=56,
    parameters_after=56,
)


def architecture() -> Architecture:
    """The content of ``architecture.json``.

    Examples
    --------
    >>> [expert.candidate.activation for expert in architecture().experts]
    ['tanh', 'sine', 'tanh']
    """
    return describe(example.mixture(), PROBLEM, {}, MEASURED)


def network() -> ExportedMixture:
    """The plain network.

    Examples
    --------
    >>> network().coordinates, network().fields
    (('t',), ('u',))
    """
    made = ExportedMixture(architecture())
    made.load_state_dict(plain_state(example.mixture()))
    return made
