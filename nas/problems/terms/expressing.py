"""A user's function of fields and coordinates as an expression, for all kinds of terms alike.

Axis legend: B points, D coordinates, K columns of data.
"""

from collections.abc import Sequence

import torch

from nas.calculus.expression import Expression, Names, Residual
from nas.errors import UserError
from nas.problems.terms.requirement import Setting
from nas.problems.terms.term import Drawn

PROBES = 16  # points at which a residual is tried once


def express(
    setting: Setting,
    function: Residual,
    where: str,
    probe: Drawn,
    columns: Sequence[str] = (),
) -> Expression:
    """``function`` as an `Expression`, tried at the points ``probe``, with its data columns.

    Raises
    ------
    UserError
        If it is no function, or does not fit fields and coordinates; ``where`` names it then.

    Examples
    --------
    >>> import numpy as np
    >>> from nas.problems import Box
    >>> setting = Setting("heat", Box(x=(0, 1), t=(0, 1)), ("u",))
    >>> probe = Drawn.bare(np.zeros((2, 2)))
    >>> express(setting, lambda u: u.x - 1, "flux", probe).derivatives
    frozenset({(1, 0)})
    >>> express(setting, lambda v: v, "flux", probe)  # doctest: +ELLIPSIS
    Traceback (most recent call last):
    nas.errors.UserError: heat: flux: unknown parameter 'v'; expected parameters among u, x, t; ...
    """
    given: object = function  # whatever somebody has written there
    if not callable(given):
        several = isinstance(given, list | tuple)
        advice = "; one function returns a tuple of several equations" if several else ""
        got = f"a {type(given).__name__}" if several else repr(given)
        raise UserError(f"{setting.name}: {where}: expected a function, got {got}{advice}")
    names = Names(
        fields=setting.fields,
        coordinates=setting.domain.coordinates,
        unknowns={name: one.value for name, one in setting.unknown.items()},
        data=tuple(columns),
    )
    points, data = torch.as_tensor(probe.points), torch.as_tensor(probe.data)
    return Expression(function, names, f"{setting.name}: {where}", points, data)
