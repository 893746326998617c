"""What a finished run leaves: the trained mixture, without the problem's code."""

from collections.abc import Sequence
from pathlib import Path

from nas.mixture import gate
from nas.mixture.mixture import Mixture
from nas.search_spaces.candidates import Candidate, levels_of
from nas.training import checkpoint

FILE = "mixture.safetensors"


def save(path: Path, mixture: Mixture, held_out_loss: float | None = None) -> None:
    """Write candidates, gate and weights of ``mixture``, whole or not at all.

    Without corrections there is no entry for them: such a file is as it was before there were any.
    The ``held_out_loss`` tells which run's it is (see `held_out_loss`).

    Examples
    --------
    >>> from nas.training import example
    >>> save(Path(FILE), example.mixture())
    >>> sorted(checkpoint.load(Path(FILE)))
    ['alive', 'coordinates', 'gate', 'periodic', 'pool', 'state']
    """
    corrections = [levels_of(candidate) for candidate in mixture.corrections.candidates]
    checkpoint.save(
        path,
        {
            "pool": [levels_of(candidate) for candidate in mixture.pool],
            "gate": gate.written(mixture.gate.settings),
            "coordinates": mixture.names,
            "periodic": mixture.periodic,
            "alive": mixture.alive,
            "state": mixture.state_dict(),
            **({"corrections": corrections} if corrections else {}),
            **({} if held_out_loss is None else {"held_out_loss": held_out_loss}),
        },
    )


def held_out_loss(path: Path) -> float | None:
    """The loss that was recorded with the mixture at ``path``; None where none was.

    Raises
    ------
    UserError
        If the file is damaged or cut short.

    Examples
    --------
    >>> from nas.training import example
    >>> save(Path(FILE), example.mixture(), held_out_loss=0.25)
    >>> held_out_loss(Path(FILE))
    0.25
    """
    found: float | None = checkpoint.load(path).get("held_out_loss")
    return found


def load(path: Path, bounds: Sequence[tuple[float, float]], outputs: int) -> Mixture:
    """The mixture, in float64, that `save` wrote for a domain's ``bounds`` and C ``outputs``.

    Raises
    ------
    UserError
        If the file is damaged or cut short.
    LookupError, TypeError, ValueError, RuntimeError
        If it holds something else.

    Examples
    --------
    >>> import torch
    >>> from tempfile import TemporaryDirectory
    >>> from nas.mixture.gates.perceptron import GateSettings
    >>> made = Mixture([Candidate("tanh", 1, 4)] * 2, GateSettings(), [(0.0, 1.0)], 1, seed=3)
    >>> with TemporaryDirectory() as folder:
    ...     save(Path(folder) / FILE, made)
    ...     back = load(Path(folder) / FILE, [(0.0, 1.0)], 1)
    >>> all(map(torch.equal, made.parameters(), back.parameters()))
    True
    """
    saved = checkpoint.load(path)
    mixture = Mixture(
        [Candidate(**levels) for levels in saved["pool"]],
        gate.settings(**saved["gate"]),
        bounds,
        outputs,
        seed=0,
        alive=saved["alive"],
        names=saved["coordinates"],
        periodic=saved.get("periodic", ()),
        unknown=[0.0] * len(saved["state"].get("unknown", ())),
        corrections=[Candidate(**levels) for levels in saved.get("corrections", ())],
    )
    mixture.load_state_dict(saved["state"])
    return mixture
