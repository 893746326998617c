"""Denominators that vanish at values that fields may well take on their way to a solution.

And what has no value somewhere, but not there: exp(-E/T) at a negative absolute temperature.
"""

from collections.abc import Iterator

from nas.problems import Problem
from nas.problems.ansatz.balance import pulls
from nas.problems.ansatz.probing import probe


def poles(problem: Problem) -> Iterator[str]:
    """A line for each residual with a pole at values of about the fields' size.

    Examples
    --------
    >>> from dataclasses import replace
    >>> from nas import problems
    >>> burgers = problems.load("burgers")
    >>> list(poles(burgers))
    []
    >>> next(poles(replace(burgers, residual=lambda u: u.t - u.xx + u / (0.1 + u))))[:59]
    'equations: it is infinite at some values of u that networks'
    """
    raw = [one.first for one in problem.unknown.values()]
    for term in problem.terms:
        found = pulls(probe(term, problem.domain, len(problem.fields), raw), problem.physical)
        names = ", ".join(name for c, name in enumerate(problem.fields) if c in term.components)
        for number, one in enumerate(found, start=1):
            if one.is_beside_pole:
                which = f" ({number} of {len(found)})" * (len(found) > 1)
                yield (
                    f"{problem.requirement_of(term).describe()}{which}: it is infinite at some "
                    f"values of {names} that networks may pass, as where a denominator vanishes: "
                    "multiply the denominator out"
                )


def has_value_within_reach(problem: Problem) -> Iterator[str]:
    """Of terms' own warnings those of terms that have values at all fields of about their size.

    Examples
    --------
    >>> from nas.problems import Box, Condition
    >>> import torch
    >>> ends = [Condition("x_min", lambda u: u - 300), Condition("x_max", lambda u: u - 330)]
    >>> wall = Problem("wall", Box(x=(0, 1)), lambda u: u.xx + 1e12 * torch.exp(-8000 / u), ends)
    >>> len(wall.warnings), len(list(has_value_within_reach(wall)))
    (1, 1)
    """
    raw = [one.first for one in problem.unknown.values()]
    for term in problem.terms:
        if term.warnings:
            tried = probe(term, problem.domain, len(problem.fields), raw)
            fields = tried.physical(problem.physical, tried.random(seed=1))
            if all(bool(one.isfinite().all()) for one in tried.residuals(fields)):
                yield from term.warnings
