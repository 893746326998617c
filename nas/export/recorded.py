"""Is the network that a run's folder holds the one that the run's record tells of?"""

from collections.abc import Mapping
from pathlib import Path
from typing import Any

from nas.errors import UserError
from nas.mixture.mixture import Mixture
from nas.training import mixture_file


def check_recorded(path: Path, mixture: Mixture, parameters: int, row: Mapping[str, Any]) -> None:
    """Compare the ``mixture`` that was read from ``path`` with its run's ``row``.

    The held-out loss is the one that was saved with the weights. Earlier versions of the toolkit
    saved none; and they counted the gate of a single expert, which is not exported.

    Parameters
    ----------
    parameters
        Those of the network that is exported.

    Raises
    ------
    UserError
        If it is the network of another run, or the record is.

    Examples
    --------
    >>> from nas.training.example import mixture
    >>> path = Path(mixture_file.FILE)
    >>> mixture_file.save(path, mixture(), held_out_loss=0.5)
    >>> row = {"experts_after": 3, "parameters_after": 56, "held_out_loss": 0.5}
    >>> check_recorded(path, mixture(), 56, row)
    >>> check_recorded(path, mixture(), 56, row | {"held_out_loss": 0.25})  # doctest: +ELLIPSIS
    Traceback (most recent call last):
    nas.errors.UserError: ...: expected a network of 3 experts, 56 parameters and the held-out ...
    """
    counted, recorded = row["parameters_after"], row["held_out_loss"]
    expected = [row["experts_after"], counted, recorded]
    loss = mixture_file.held_out_loss(path)
    got = [
        len(mixture.alive),
        counted if counted == mixture.parameters_alive else parameters,
        recorded if loss is None else loss,
    ]
    if got != expected:
        raise UserError(
            f"{path}: expected a network of {_told(expected)}, as its run recorded, got one of "
            f"{_told(got)}: that of another run; put the right file back, or delete the folder "
            f"{path.parent} and run `nas search` on this campaign again, which trains this run anew"
        )


def _told(figures: list[Any]) -> str:
    experts, parameters, loss = figures
    several = "s" * (experts != 1)
    return f"{experts} expert{several}, {parameters} parameters and the held-out loss {loss}"
