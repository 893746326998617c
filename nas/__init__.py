"""Architecture search for physics-informed neural networks by gated mixtures of experts.

>>> import nas
>>> heat = nas.Problem(
...     name="heat",
...     domain=nas.Box(x=(0, 1), t=(0, 1)),
...     residual=lambda u: u.t - 0.1 * u.xx,
...     conditions=[
...         nas.Condition(("x_min", "x_max"), lambda u: u),
...         nas.Condition("t_min", lambda u, x: u - x * (1 - x)),
...     ],
... )
>>> result = nas.search(heat, out="runs/heat", trials=6)  # doctest: +SKIP
>>> result.plot()  # doctest: +SKIP
>>> result.network(x=0.5, t=1.0)  # doctest: +SKIP
>>> result.export("model/")  # doctest: +SKIP
>>> u = nas.load("model/")  # doctest: +SKIP
>>> u.d("xx")(x=[0.25, 0.5], t=1.0)  # doctest: +SKIP
"""

from importlib import import_module
from typing import TYPE_CHECKING, Any

__version__ = "0.2.0"

if TYPE_CHECKING:
    from nas.calculus.complex_fields import Complex
    from nas.calculus.fields import laplacian
    from nas.errors import UserError
    from nas.export import load
    from nas.problems import (
        Ball,
        Box,
        Condition,
        Disc,
        Ellipse,
        GridData,
        Integral,
        Mesh,
        Observations,
        Periodic,
        Pieces,
        Polygon,
        Problem,
        Ring,
        ScatteredData,
        Solid,
        Unknown,
        read_mesh,
    )
    from nas.result import Result, open_campaign
    from nas.searcher import Searcher
    from nas.searching import baseline, search

__all__ = [
    "Ball",
    "Box",
    "Complex",
    "Condition",
    "Disc",
    "Ellipse",
    "GridData",
    "Integral",
    "Mesh",
    "Observations",
    "Periodic",
    "Pieces",
    "Polygon",
    "Problem",
    "Result",
    "Ring",
    "ScatteredData",
    "Searcher",
    "Solid",
    "Unknown",
    "UserError",
    "baseline",
    "laplacian",
    "load",
    "open_campaign",
    "read_mesh",
    "search",
]

_HOMES = {
    "Ball": "nas.problems",
    "Box": "nas.problems",
    "Complex": "nas.calculus.complex_fields",
    "Condition": "nas.problems",
    "Disc": "nas.problems",
    "Ellipse": "nas.problems",
    "GridData": "nas.problems",
    "Integral": "nas.problems",
    "Mesh": "nas.problems",
    "Observations": "nas.problems",
    "Periodic": "nas.problems",
    "Pieces": "nas.problems",
    "Polygon": "nas.problems",
    "Problem": "nas.problems",
    "Result": "nas.result",
    "Ring": "nas.problems",
    "ScatteredData": "nas.problems",
    "Searcher": "nas.searcher",
    "Solid": "nas.problems",
    "Unknown": "nas.problems",
    "UserError": "nas.errors",
    "baseline": "nas.searching",
    "laplacian": "nas.calculus.fields",
    "load": "nas.export",
    "open_campaign": "nas.result",
    "read_mesh": "nas.problems",
    "search": "nas.searching",
}


def __getattr__(name: str) -> Any:
    """Import what is asked for, and no sooner: reports, and ``nas --help``, need no torch."""
    if name not in _HOMES:
        raise AttributeError(f"module 'nas' has no attribute {name!r}")
    return getattr(import_module(_HOMES[name]), name)


def __dir__() -> list[str]:
    """The public names, of which most are imported only once they are asked for."""
    return [*__all__, "__version__"]
