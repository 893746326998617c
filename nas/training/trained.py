"""What a finished run leaves: the trained mixture, without the problem's code."""

from collections.abc import Sequence
from dataclasses import astuple
from pathlib import Path

from nas.mixture.gate import GateShape
from nas.mixture.mixture import Mixture
from nas.search_spaces import Candidate
from nas.training import checkpoint

FILE = "mixture.safetensors"


def save(path: Path, mixture: Mixture) -> None:
    """Write shapes and weights of ``mixture``, whole or not at all."""
    checkpoint.save(
        path,
        {
            "pool": [astuple(candidate) for candidate in mixture.pool],
            "gate": astuple(mixture.gate.shape),
            "alive": mixture.alive,
            "state": mixture.state_dict(),
        },
    )


def load(path: Path, bounds: Sequence[tuple[float, float]], outputs: int) -> Mixture:
    """The mixture, in float64, that `save` wrote for a domain's ``bounds`` and C ``outputs``.

    Raises
    ------
    UserError
        If the file is damaged or cut short.
    LookupError, TypeError, ValueError, RuntimeError
        If it holds something else.
    """
    saved = checkpoint.load(path)
    pool = [Candidate(*candidate) for candidate in saved["pool"]]
    mixture = Mixture(pool, GateShape(*saved["gate"]), bounds, outputs, 0, saved["alive"])
    mixture.load_state_dict(saved["state"])
    return mixture
