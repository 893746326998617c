"""Which jumps of fields are known: where conditions disagree, and where one jumps along a side.

Axis legend: B points.
"""

from collections.abc import Collection, Iterator, Sequence

import torch

from nas.errors import UserError
from nas.problems.ansatz.angle_jumps import angle_jumps
from nas.problems.ansatz.answers import answer
from nas.problems.ansatz.corner_jumps import corner_jumps
from nas.problems.ansatz.face_jumps import face_jumps
from nas.problems.ansatz.faces import named
from nas.problems.ansatz.held import Function, Source, check_of_the_point
from nas.problems.ansatz.jump import Jump
from nas.problems.ansatz.leading_part import equation_of
from nas.problems.ansatz.probing import Probe
from nas.problems.ansatz.tolerances import CLOSE
from nas.problems.domains import Box
from nas.problems.terms import Equations, Requirement, Setting
from nas.problems.terms.condition import Condition


def known_jumps(
    requirements: Sequence[Requirement],
    probes: Sequence[Probe],
    setting: Setting,
    exact: Collection[int] = (),
) -> tuple[Jump, ...]:
    """The jumps that are known, of fields with a second-order equation.

    Those of a field with exact conditions are left alone.

    Parameters
    ----------
    requirements, probes
        Equations and conditions, and their terms tried.
    exact
        The numbers of fields with exact conditions.

    Examples
    --------
    >>> from nas.problems import Condition
    >>> from nas.problems.ansatz.probing import probe
    >>> from nas.problems.terms import Equations
    >>> hot = Condition("t_min", lambda u, x: u - torch.where(x > 0.3, 1.0, 0.0))
    >>> asked = [Equations(lambda u: u.t - u.xx), hot, Condition("x_max", lambda u: u)]
    >>> rod = Setting("rod", Box(x=(0, 1), t=(0, 1)), ("u",))
    >>> probes = [probe(one.bind(rod), rod.domain, fields=1) for one in asked]
    >>> for one in known_jumps(asked, probes, rod):
    ...     print(one.describe(rod.domain, "u"))
    u jumps from 0 on x_max to 1 on t_min where they meet, at x=1, t=0
    u jumps from 0 to 1 along t_min, at x=0.3
    """
    domain, pairs = setting.domain, list(zip(requirements, probes, strict=True))
    equations = [tried for one, tried in pairs if isinstance(one, Equations)]
    # Along a coordinate of which fields are exactly periodic a step of its own would not be.
    repeating = {name for one in requirements if one.exact for name in one.periodic_coordinates}
    found: list[Jump] = []
    for field, values in _values_on_parts(pairs, setting).items():
        equation = None if field in exact else equation_of(field, equations)
        if equation is None:
            continue
        if isinstance(domain, Box):
            on_faces = {face: of for part, of in values.items() if (face := named(domain, part))}
            found += corner_jumps(on_faces, equation, domain)
            found += face_jumps(on_faces, equation, domain, repeating)
        else:
            found += angle_jumps(values, equation, domain)
    return tuple(found)


def _values_on_parts(
    pairs: Sequence[tuple[Requirement, Probe]], setting: Setting
) -> dict[int, dict[str, Function]]:
    """By field, the parts that have one value of it, and that value."""
    found: dict[int, dict[str, Function]] = {}
    twice = set()
    for one, tried in pairs:
        parts = one.parts if isinstance(one, Condition) else ()
        for field, value in _values(tried, setting) if parts else ():
            for part in parts:
                if part in found.setdefault(field, {}):
                    twice.add((field, part))
                found[field][part] = value
    for field, part in twice:
        del found[field][part]
    return found


def _values(tried: Probe, setting: Setting) -> Iterator[tuple[int, Function]]:
    """The fields of which a condition gives the value, and it, as a function of the point alone."""
    try:
        check_of_the_point(tried, setting, "")
    except UserError:
        return
    said = answer(tried)
    for number, (field, coefficient) in said.valued.items():
        if torch.allclose(coefficient, coefficient[:1], rtol=CLOSE, atol=0):
            yield field, Source(said, number, float(coefficient[0]))
