"""Unknown coefficients of a problem, from the raw values that networks carry.

Axis legend: U unknown coefficients.
"""

from typing import Any

from torch import Tensor

from nas.problems.problem import Problem


def estimates(problem: Problem, raw: Tensor) -> dict[str, float]:
    """Each coefficient by its name, from raw values (U,).

    Examples
    --------
    >>> import torch
    >>> from dataclasses import replace
    >>> from nas.problems.unknown import Unknown
    >>> from nas.training import example
    >>> unknown = {"rate": Unknown(start=3.0)}
    >>> problem = replace(example.PROBLEM, residual=lambda u, rate: u.t + rate * u, unknown=unknown)
    >>> estimates(problem, torch.tensor([0.5]))
    {'rate': 1.5}
    """
    found = zip(problem.unknown.items(), raw.detach().double().cpu(), strict=True)
    return {name: float(unknown.value(one)) for (name, unknown), one in found}


def rows(problem: Problem, raw: Tensor, phase: str, step: int) -> list[dict[str, Any]]:
    """What the record tells of the coefficients after a ``step``, one row each.

    Examples
    --------
    >>> from nas.training import example
    >>> rows(example.PROBLEM, example.mixture().raw, "warm-up", 10)  # it has no such coefficients
    []
    """
    return [
        {
            "phase": phase,
            "step": step,
            "name": name,
            "value": value,
            "truth": problem.unknown[name].truth,
        }
        for name, value in estimates(problem, raw).items()
    ]
