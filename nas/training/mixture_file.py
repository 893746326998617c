"""What a finished run leaves: the trained mixture, without the problem's code."""

from collections.abc import Sequence
from pathlib import Path
from typing import Any

from nas.errors import UserError
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
        If the file is missing or damaged, or the network of another problem or version.

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
    saved = _read(path)
    try:
        return _mixture(saved, bounds, outputs)
    except Exception as error:  # whatever it holds, it is not what `save` wrote of such a mixture
        raise UserError(
            f"{path}: expected the network of a run of this problem by this version of the "
            f"toolkit, got another ({checkpoint.in_short(error)}); {_advice(path)}"
        ) from error


def _read(path: Path) -> Any:
    try:
        return checkpoint.load_own(path)
    except UserError as error:
        raise UserError(
            f"{path}: expected the network of a finished run, got a file that is missing, damaged, "
            f"cut short or another run's; {_advice(path)}"
        ) from error


def _advice(path: Path) -> str:
    return (
        f"put a copy back, or delete the folder {path.parent} and run `nas search` on this "
        "campaign again, which trains this run anew"
    )


def _mixture(saved: Any, bounds: Sequence[tuple[float, float]], outputs: int) -> Mixture:
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
