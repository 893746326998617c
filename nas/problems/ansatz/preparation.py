"""All that a problem works out of itself at its construction."""

import math
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import torch
from torch import Tensor

from nas.problems.ansatz import scale
from nas.problems.ansatz.affine import Affine, identity
from nas.problems.ansatz.ansatz import Ansatz
from nas.problems.ansatz.balance import Pull, pulls
from nas.problems.ansatz.exact import Exact, exact
from nas.problems.ansatz.held import raw
from nas.problems.ansatz.jump import Jump, jumping
from nas.problems.ansatz.known_jumps import known_jumps
from nas.problems.ansatz.probing import Probe, probe
from nas.problems.ansatz.proportions import disproportions
from nas.problems.ansatz.repeating import check_repeating
from nas.problems.terms import Requirement, Setting, Term
from nas.problems.terms.interior import Interior


@dataclass(frozen=True)
class Preparation:
    """What a problem knows before any training.

    Parameters
    ----------
    terms
        Those that are trained for, with their weights.
    ansatz
        What makes fields of networks.
    rows
        Each equation of each requirement in plain data, see `nas.Problem.describe_terms`.
    warnings
        What looks badly scaled, a line each.
    jumps
        Where conditions disagree or jump, and the ansatz has their jump.

    Examples
    --------
    >>> nothing = Preparation((), Ansatz(identity(["u"])))
    >>> nothing.rows, nothing.warnings
    ((), ())
    """

    terms: tuple[Term, ...]
    ansatz: Ansatz
    rows: tuple[dict[str, Any], ...] = ()
    warnings: tuple[str, ...] = ()
    jumps: tuple[Jump, ...] = ()


def prepare(
    requirements: Sequence[Requirement], terms: Sequence[Term], setting: Setting, balanced: bool
) -> Preparation:
    """Ansatz and weighted terms of a problem; as written where it is not to be ``balanced``.

    Raises
    ------
    UserError
        If a condition cannot hold exactly that is to.

    Examples
    --------
    >>> from nas.problems import Box, Condition
    >>> setting = Setting("rod", Box(x=(0, 1e-3)), ("u",))
    >>> ends = [Condition("x_min", lambda u: 1e6 * (u - 300)), Condition("x_max", lambda u: u)]
    >>> made = prepare(ends, [one.bind(setting) for one in ends], setting, balanced=True)
    >>> made.ansatz.affine.scales, [term.weights for term in made.terms]
    ((150.0,), [(4.4e-17,), (4.4e-05,)])
    """
    met = exact(requirements, setting)
    check_repeating(met, requirements, terms, setting)
    probes = [probe(term, setting.domain, len(setting.fields), raw(setting)) for term in terms]
    if not balanced:
        ansatz = Ansatz(identity(setting.fields), met)
        plain = [None if one.exact else term for one, term in zip(requirements, terms, strict=True)]
        rows = _rows(requirements, plain, terms, setting)
        told = tuple(_out_of_proportion(requirements, probes, ansatz, setting))
        return Preparation(_trained(plain), ansatz, rows, told)
    found = scale.find(probes, len(setting.fields))
    # What is met by construction brings its own values.
    held = met.functions if met else {}
    offsets = tuple(0.0 if c in held else offset for c, offset in enumerate(found.offsets))
    jumps = known_jumps(requirements, probes, setting, held)
    ansatz = Ansatz(Affine(offsets, found.scales), _with_jumps(met, jumps, setting))
    warnings = [
        f"field {setting.fields[c]}: expected a condition or a source that tells how large it is, "
        "found none; it is taken to be of order 1 in its own units"
        for c in found.unknown
    ]
    made = []
    for one, tried in zip(requirements, probes, strict=True):
        of_term = [] if one.exact else pulls(tried, ansatz)
        made.append(tried.term.weighted([pull.weight for pull in of_term]) if of_term else None)
        warnings += _complaints(_each(one, len(of_term), setting), of_term)
    warnings += _out_of_proportion(requirements, probes, ansatz, setting)
    rows = _rows(requirements, made, terms, setting)
    return Preparation(_trained(made), ansatz, rows, tuple(warnings), jumps)


def _with_jumps(met: Exact | None, jumps: Sequence[Jump], setting: Setting) -> Exact | None:
    """A and B of fields with exact conditions, and of those with jumps, for which B is 1."""
    functions = dict(met.functions) if met else {}
    for field in {one.field for one in jumps}:
        own = [one for one in jumps if one.field == field]
        functions[field] = jumping(own, setting.domain), _one
    return Exact(functions, len(setting.fields)) if functions else None


def _one(points: Tensor) -> Tensor:
    return torch.ones_like(points[:, 0])


def _trained(made: Sequence[Term | None]) -> tuple[Term, ...]:
    return tuple(term for term in made if term is not None)


def _rows(
    requirements: Sequence[Requirement],
    made: Sequence[Term | None],
    terms: Sequence[Term],
    setting: Setting,
) -> tuple[dict[str, Any], ...]:
    return tuple(
        {
            "words": words,
            "weight": term.weights[number] if term else None,
            "points": type(written.source).__name__.lower(),
            "exact": term is None,
        }
        for one, term, written in zip(requirements, made, terms, strict=True)
        for number, words in enumerate(_each(one, len(written.weights), setting))
    )


def _each(requirement: Requirement, count: int, setting: Setting) -> list[str]:
    """What to call each of its residuals: by what it is of, or else by its number."""
    whole = requirement.describe()
    if count == 1:
        return [whole]
    if names := requirement.quantities(setting):
        return [f"{whole} of {name}" for name in names]
    return [f"{whole} ({number + 1} of {count})" for number in range(count)]


def _out_of_proportion(
    requirements: Sequence[Requirement], probes: Sequence[Probe], ansatz: Ansatz, setting: Setting
) -> list[str]:
    """What is badly scaled within the equations, a line each."""
    found = []
    for one, tried in zip(requirements, probes, strict=True):
        if isinstance(tried.term.source, Interior):
            complaints = disproportions(tried, ansatz, setting)
            named = zip(_each(one, len(complaints), setting), complaints, strict=True)
            found += [f"{called}: {complaint}" for called, complaint in named if complaint]
    return found


def _complaints(words: Sequence[str], of_term: Sequence[Pull]) -> list[str]:
    return [
        f"{called}: {complaint}"
        for called, pull in zip(words, of_term, strict=True)
        if (complaint := _complaint(pull))
    ]


def _complaint(pull: Pull) -> str:
    if not 0 < pull.reach < math.inf:
        return (
            "expected a residual that moves with the fields, found none at states of their size; "
            "its weight is taken as written"
        )
    if pull.source > scale.BAD * pull.reach:
        return (
            f"badly scaled: what it demands is {pull.source / pull.reach:.0e} times what fields of "
            "the size that the conditions tell can reach; are all units the same?"
        )
    return ""
