"""What a problem is known by: a digest of its mathematics."""

import hashlib
from collections.abc import Mapping, Sequence

import numpy as np

from nas.problems.domains import Box, Domain, surfaces
from nas.problems.sampling import boundary_points
from nas.problems.terms import Term
from nas.problems.unknown import Unknown


def fingerprint(
    fields: Sequence[str] | Mapping[str, str],
    unknown: Mapping[str, Unknown],
    domain: Domain,
    held: Sequence[Term],
    terms: Sequence[Term],
) -> str:
    """A digest of declared facts and of the residuals' values on made-up fields.

    Parameters
    ----------
    held
        What holds by construction.
    terms
        What is trained for.

    Examples
    --------
    >>> from nas.problems import load
    >>> burgers = load("burgers")
    >>> facts = burgers.fields, burgers.unknown, burgers.domain
    >>> fingerprint(*facts, (), burgers.terms) == burgers.fingerprint
    True
    """
    digest = hashlib.sha256()
    named = sorted((name, repr(one)) for name, one in unknown.items())
    facts = (fields, named, domain.coordinates, domain.bounds, dict(domain.parts))
    digest.update(repr(facts).encode())
    digest.update(_outline(domain).encode())
    if held:
        digest.update(f"{len(held)} hold by construction".encode())
    for term in (*held, *terms):
        digest.update(repr((term.regions, term.weights)).encode())
        for values in term.probed:
            digest.update(" ".join(f"{value:.6e}" for value in values.tolist()).encode())
    return digest.hexdigest()[:16]


def _outline(domain: Domain) -> str:
    """Some points of each surface, in shares of the bounds; nothing of a box, which is these.

    Bounds and measures do not tell where a hole is.
    """
    if isinstance(domain, Box):
        return ""
    parts, (low, high) = list(surfaces(domain)), np.transpose(domain.bounds)
    found = boundary_points(domain, parts, 8 * len(parts), seed=0, draw=0)
    shares = [(points - low) / (high - low) for points in found.values()]
    return " ".join(f"{share:.6f}" for share in np.concatenate(shares).flatten().tolist())
