"""Denominators that vanish at values that fields may well take on their way to a solution."""

from collections.abc import Iterator

from nas.problems import Problem
from nas.problems.ansatz.balance import pulls
from nas.problems.ansatz.probing import probe

POLE = 200.0  # times the usual: logarithms and 1 / r³ make 60 of it, poles from 400


def poles(problem: Problem) -> Iterator[str]:
    """A line for each term that a few values of the fields' size move beyond all measure.

    Examples
    --------
    >>> from dataclasses import replace
    >>> from nas import problems
    >>> burgers = problems.load("burgers")
    >>> list(poles(burgers))
    []
    >>> next(poles(replace(burgers, residual=lambda u: u.t - u.xx + u / (0.1 + u))))[:57]
    'equations: at some values of u it answers 423 times as mu'
    """
    raw = [one.first for one in problem.unknown.values()]
    for term in problem.terms:
        tried = probe(term, problem.domain, len(problem.fields), raw)
        rare = max(one.rare for one in pulls(tried, problem.physical))
        if rare > POLE:
            names = ", ".join(name for c, name in enumerate(problem.fields) if c in term.components)
            yield (
                f"{problem.requirement_of(term).describe()}: at some values of {names} it answers "
                f"{rare:.3g} times as much as at most others, as where a denominator vanishes or "
                "an exponential explodes; networks may pass such values: multiply denominators out"
            )
