"""Rows of the table ``runs``, as far as trials need them."""

from typing import Any


def run(trial: int, loss: float | None, parameters: int, **more: Any) -> dict[str, Any]:
    row = {
        "run": f"{trial:04d}-{more.get('repetition', 0)}",
        "trial": trial,
        "stage": "selection",
        "status": "diverged" if loss is None else "completed",
        "m": 4,
        "p": 0.5,
        "threshold": 0.3,
        "held_out_loss": loss,
        "parameters_after": parameters,
        "relative_l2": None,
        "error_estimate": None if loss is None else loss**0.5,
    }
    return row | more
