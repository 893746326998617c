"""PINA's domains that are boxes, as a `nas.Box`, and those that are its sides, by their names."""

from typing import Any

from nas.errors import UserError
from nas.problems import Box

_KINDS = ("spatial_domain", "temporal_domain", "parameter_domain")  # in the order of its inputs
_ROUNDING = 1e-9  # of a coordinate's extent


def domain(pina: Any, problem: Any, name: str) -> Box:
    """Space, time and parameters as one box.

    Raises
    ------
    UserError
        If one of them is no ``CartesianDomain`` of intervals, or there is none.

    Examples
    --------
    >>> domain(pina, BurgersProblem(), "burgers")  # doctest: +SKIP
    Box(x=(-1.0, 1.0), t=(0.0, 1.0))
    """
    found: dict[str, tuple[float, float]] = {}
    for kind in _KINDS:
        if hasattr(problem, kind):
            found |= intervals(pina, getattr(problem, kind), f"{name}: {kind}")
    if not found:
        raise UserError(f"{name}: expected a problem in space or time, got one without coordinates")
    return Box(**found)


def intervals(pina: Any, region: Any, where: str) -> dict[str, tuple[float, float]]:
    """From where to where each variable goes.

    Examples
    --------
    >>> intervals(pina, CartesianDomain({"x": [0, 1]}), "heat")  # doctest: +SKIP
    {'x': (0.0, 1.0)}
    """
    if not isinstance(region, pina.domain.CartesianDomain):
        raise UserError(
            f"{where}: expected a CartesianDomain, got {type(region).__name__}; write the domain "
            "with nas.Disc, nas.Polygon, …"
        )
    if region.fixed:
        raise UserError(f"{where}: expected intervals, got {written(region)}")
    return {one: (float(low), float(high)) for one, (low, high) in sorted(region.range.items())}


def written(region: Any) -> str:
    """A region in words, for errors.

    Examples
    --------
    >>> from types import SimpleNamespace
    >>> written(SimpleNamespace(fixed={"t": 0}, range={"x": (-1, 0.5)}))
    't=0, x from -1 to 0.5'
    """
    points = [f"{name}={value:.6g}" for name, value in region.fixed.items()]
    return ", ".join(
        points + [f"{name} from {a:.6g} to {b:.6g}" for name, (a, b) in region.range.items()]
    )


def sides(pina: Any, region: Any, box: Box, where: str) -> tuple[str, ...]:
    """The parts of ``box`` that a region is made of; none where it is the whole box.

    Raises
    ------
    UserError
        If it is neither the whole box nor whole sides of it.

    Examples
    --------
    >>> box = Box(x=(-1, 1), t=(0, 1))
    >>> sides(pina, CartesianDomain({"x": [-1, 1], "t": 0}), box, "heat")  # doctest: +SKIP
    ('t_min',)
    """
    if isinstance(region, pina.domain.Union):
        found = [sides(pina, one, box, where) for one in region.geometries]
        if all(found):
            return tuple(dict.fromkeys(part for parts in found for part in parts))
    cartesian = isinstance(region, pina.domain.CartesianDomain)
    parts = _parts(region, box) if cartesian else None
    if parts is not None:
        return parts
    raise UserError(
        f"{where}: expected the whole domain, or whole sides of it, as CartesianDomain or a Union "
        f"of such, got {written(region) if cartesian else type(region).__name__}"
    )


def _parts(region: Any, box: Box) -> tuple[str, ...] | None:
    """As `sides`; None where it is neither."""
    if set(region.variables) != set(box.coordinates) or len(region.fixed) > 1:
        return None
    extent = dict(zip(box.coordinates, box.bounds, strict=True))
    if not all(_same(one, extent[name], extent[name]) for name, one in region.range.items()):
        return None
    if not region.fixed:
        return ()
    ((name, value),) = region.fixed.items()
    ends = zip(("min", "max"), extent[name], strict=True)
    found = [f"{name}_{end}" for end, at in ends if _same((value,), (at,), extent[name])]
    return tuple(found) or None


def _same(ones: Any, others: Any, extent: tuple[float, float]) -> bool:
    slack = _ROUNDING * (extent[1] - extent[0])
    return all(abs(a - b) <= slack for a, b in zip(ones, others, strict=True))
