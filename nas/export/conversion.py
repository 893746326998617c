"""From what a finished run leaves to the plain network: its description and its weights."""

from pathlib import Path

from torch import Tensor

from nas.errors import UserError
from nas.export.architecture import (
    Architecture,
    CorrectionDescription,
    ExpertDescription,
    GateDescription,
    Measured,
    ProblemFacts,
    Scaling,
    UnknownValue,
)
from nas.mixture import gate
from nas.mixture.mixture import Mixture
from nas.training import mixture_file

State = dict[str, Tensor]


def read_mixture(path: Path, problem: ProblemFacts) -> Mixture:
    """The mixture that a finished run of ``problem`` left at ``path``.

    Raises
    ------
    UserError
        If the file is missing, damaged, of another problem or of another version.

    Examples
    --------
    >>> from nas.export import example
    >>> from nas.training.example import mixture
    >>> path = Path(mixture_file.FILE)
    >>> mixture_file.save(path, mixture())
    >>> sorted(read_mixture(path, example.PROBLEM).alive)
    [0, 1, 2]
    """
    try:
        return mixture_file.load(path, problem.bounds, len(problem.fields))
    except UserError as error:
        raise UserError(f"{error}, or name another run") from error


def describe(
    mixture: Mixture,
    problem: ProblemFacts,
    importance: dict[int, float | None],
    measured: Measured,
    unknowns: tuple[UnknownValue, ...] = (),
) -> Architecture:
    """The description of the plain network; ``importance`` by index in the pool.

    Examples
    --------
    >>> from nas.export import example
    >>> from nas.training.example import mixture
    >>> found = describe(mixture(), example.PROBLEM, {0: 0.5}, example.MEASURED)
    >>> [expert.importance for expert in found.experts]
    [0.5, None, None]
    """
    scaling = Scaling(
        # As `Mixture.coordinates` scales, in float64 whatever the search was in.
        centre=tuple((low + high) / 2 for low, high in mixture.bounds),
        half_extent=tuple((high - low) / 2 for low, high in mixture.bounds),
    )
    experts = [
        ExpertDescription(
            index=index, candidate=mixture.seen[index], importance=importance.get(index)
        )
        for index in mixture.alive
    ]
    return Architecture(
        problem=problem,
        scaling=scaling,
        gate=_gate(mixture) if len(experts) > 1 else None,
        experts=tuple(experts),
        measured=measured,
        unknowns=unknowns,
        corrections=tuple(
            CorrectionDescription(candidate=one) for one in mixture.corrections.candidates
        ),
    )


def _gate(mixture: Mixture) -> GateDescription:
    settings, encoding = gate.written(mixture.gate.settings), mixture.gate.encoding
    return GateDescription(kind=settings.pop("kind"), settings=settings, encoding=encoding)


def plain_state(mixture: Mixture) -> State:
    """The weights under the names of `nas.export.network.ExportedMixture`.

    Examples
    --------
    >>> from nas.training.example import mixture
    >>> plain_state(mixture())["experts.2.layers.0.weight"].shape  # of its first layer
    torch.Size([4, 1])
    """
    experts = [module for stack in mixture.networks for module in stack.modules()]
    corrections = [module for stack in mixture.corrections.networks for module in stack.modules()]
    named = {f"experts.{number}": module for number, module in enumerate(experts)}
    named |= {f"corrections.{number}": module for number, module in enumerate(corrections)}
    if len(experts) > 1:
        (named["gate"],) = mixture.gate.networks.modules()
    return {
        f"{prefix}.{name}": tensor
        for prefix, module in named.items()
        for name, tensor in module.state_dict().items()
    }
