"""All that a problem works out of itself at its construction."""

from collections.abc import Sequence
from dataclasses import dataclass

from nas.problems.ansatz import balance, scale
from nas.problems.ansatz.affine import Affine, identity
from nas.problems.ansatz.probing import probe
from nas.problems.terms import Setting, Term


@dataclass(frozen=True)
class Preparation:
    """The terms with their weights, and what makes fields of networks.

    Parameters
    ----------
    terms
        With balanced weights.
    affine
        Offset and scale of each field.
    warnings
        A line each.
    """

    terms: tuple[Term, ...]
    affine: Affine
    warnings: tuple[str, ...] = ()


def prepare(setting: Setting, terms: Sequence[Term], balanced: bool) -> Preparation:
    """Offset, scale and weights of a problem; without them if it is not to be ``balanced``."""
    if not balanced:
        return Preparation(tuple(terms), identity(setting.fields))
    raw = [one.first for one in setting.unknown.values()]
    probes = [probe(term, setting.domain, len(setting.fields), raw) for term in terms]
    found = scale.find(probes, len(setting.fields))
    factors = balance.factors(probes, found)
    weighted = tuple(term.weighted(factor) for term, factor in zip(terms, factors, strict=True))
    return Preparation(weighted, Affine(found.offsets, found.scales))
