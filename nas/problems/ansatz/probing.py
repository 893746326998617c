"""A term tried on made-up solutions: how its residuals answer to fields, before any training.

Axis legend: K functions, S derivatives, B points, L locations, D coordinates, C fields, U unknown
coefficients.

A residual r(u) is studied at a base state u₀ through its linear part, the Gateaux derivative
Dr(u₀)[v] = d/dε r(u₀ + ε v), which forward differentiation gives to rounding.
"""

import math
from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace

import numpy as np
import torch
from torch import Tensor

from nas.calculus import jets
from nas.calculus.jets import DerivativeSet
from nas.problems.domains import Domain
from nas.problems.terms import PointCounts, Term, together
from nas.problems.terms.term import Drawn

POINTS = 128  # of a term; four more of a part of the boundary would change no second digit
MANY = 2**13  # points, of which a dozen see what fills a thousandth of the domain
WAVES = 16  # of different frequencies; each counts twice
FASTEST = math.pi  # their frequencies' bound, along coordinates in [-1, 1]: one whole wave


@dataclass(frozen=True, eq=False)
class Probe:
    """A term at some points of its own, always the same.

    Parameters
    ----------
    term, domain
        What is tried, and where.
    derivatives
        Those that it needs, closed under the chain rule.
    points : Tensor (B, D) or (L, B, D), float64
    data : Tensor (B, K)
    centre, half_extent : Tensor (D,)
        Of the domain's bounding box.
    raw : Tensor (U,)
        The unknown coefficients' raw values at the start.
    fields
        C.

    Examples
    --------
    >>> from nas.problems import load
    >>> burgers = load("burgers")
    >>> start = probe(burgers.terms[1], burgers.domain, fields=1)
    >>> start.residuals(start.constant([2.0]))[0].mean(-1).round(decimals=2).tolist()  # 2 + sin πx
    [2.0]
    """

    term: Term
    domain: Domain
    derivatives: DerivativeSet
    points: Tensor
    data: Tensor
    centre: Tensor
    half_extent: Tensor
    raw: Tensor
    fields: int

    @property
    def local(self) -> bool:
        """Whether each residual sees the solution at one point alone."""
        return self.points.ndim == 2

    def denser(self) -> "Probe":
        """The same at `MANY` points.

        Examples
        --------
        >>> from nas.problems import load
        >>> burgers = load("burgers")
        >>> probe(burgers.terms[0], burgers.domain, fields=1).denser().points.shape
        torch.Size([8192, 2])
        """
        return self.at(_drawn(self.term, self.domain, MANY))

    def at(self, drawn: Drawn) -> "Probe":
        """The same at other points."""
        points, data = torch.as_tensor(drawn.points), torch.as_tensor(drawn.data)
        return replace(self, points=points, data=data)

    def residuals(self, jet: Tensor, points: Tensor | None = None) -> list[Tensor]:
        """Each equation's residuals (K, B) of the fields' jet (K, S, L·B, C)."""
        points = self.points if points is None else points
        shape = (*jet.shape[:-3], 1, jet.shape[-2], len(self.raw))
        value = self.raw.expand(shape)
        constants = torch.cat(
            [value, value.new_zeros(()).expand(*shape[:-3], jet.shape[-3] - 1, *shape[-2:])], -3
        )
        whole = torch.cat([jet, constants], -1)
        return self.term.residuals(whole, self.derivatives, points, self.data)

    def linear(self, base: Tensor, direction: Tensor) -> list[Tensor]:
        """Each equation's Dr(base)[direction] (K, B), of two jets (K, S, L·B, C)."""
        shape = np.broadcast_shapes(base.shape, direction.shape)
        base = base.expand(shape).detach().requires_grad_()
        with torch.enable_grad():
            return [_slope(one, base, direction.expand(shape)) for one in self.residuals(base)]

    def constant(self, values: Sequence[float] | Tensor) -> Tensor:
        """The jet (1, S, L·B, C) of fields that are constant."""
        jet = self.points.new_zeros(1, len(self.derivatives), self._flat.shape[0], self.fields)
        jet[:, 0] = torch.as_tensor(values, dtype=torch.float64)
        return jet

    def unit(self, index: int, field: int) -> Tensor:
        """The jet (1, S, L·B, C) that has 1 in one derivative of one field, and nothing else."""
        jet = self.constant([0.0] * self.fields)
        jet[:, index, :, field] = 1.0
        return jet

    def random(self, seed: int) -> Tensor:
        """Jets (K, S, L·B, C) of random waves, of mean 0 and variance 1 at each point.

        Along each scaled coordinate they make up to a whole wave or so: as moderate as solutions
        mostly are. An untrained network's own functions are flatter, nearly linear, so that second
        derivatives would tell of its weights and not of the solution's.
        """
        generator = np.random.default_rng(seed)
        shape = (len(self.half_extent), WAVES, self.fields)
        return self.waves(torch.as_tensor(generator.uniform(-FASTEST, FASTEST, shape)), seed)

    def waves(self, frequencies: Tensor, seed: int = 0) -> Tensor:
        """Jets (K, S, L·B, C) of waves √2 sin(ω·ξ + φ), for frequencies ω (D, K/2, C) along ξ.

        Each comes with random φ, and a quarter further: so their mean square is 1 at each point.
        """
        scaled = jets.coordinates(self._flat, self.derivatives, self.centre, self.half_extent)
        generator = np.random.default_rng([seed, 1])
        start = torch.as_tensor(generator.uniform(0, 2 * math.pi, frequencies.shape[1:]))
        phases = torch.stack([start, start + math.pi / 2]).flatten()
        both = torch.stack([frequencies, frequencies], 1).flatten(1)
        phase = jets.shift(jets.linear(scaled, both), phases)
        sine, cosine = torch.sin(phase[0]), torch.cos(phase[0])
        cycle = [sine, cosine, -sine, -cosine]
        orders = range(self.derivatives.order + 1)
        wave = jets.compose(self.derivatives, [cycle[order % 4] for order in orders], phase)
        return math.sqrt(2) * torch.unflatten(wave, -1, (-1, self.fields)).movedim(-2, 0)

    def physical(
        self, ansatz: Callable[[Tensor, DerivativeSet, Tensor], Tensor], jet: Tensor
    ) -> Tensor:
        """The fields' jets (K, S, L·B, C) from those of networks."""
        return ansatz(jet, self.derivatives, self._flat)

    @property
    def _flat(self) -> Tensor:
        return self.points if self.local else self.points.flatten(0, -2)


def probe(term: Term, domain: Domain, fields: int, raw: Sequence[float] = ()) -> Probe:
    """``term`` at points of a fixed draw.

    Examples
    --------
    >>> from nas.problems import load
    >>> burgers = load("burgers")
    >>> probe(burgers.terms[0], burgers.domain, fields=1).points.shape
    torch.Size([128, 2])
    """
    drawn = _drawn(term, domain, POINTS)
    low, high = torch.tensor(domain.bounds, dtype=torch.float64).unbind(-1)
    return Probe(
        term,
        domain,
        DerivativeSet(term.derivatives, len(low)),
        torch.as_tensor(drawn.points),
        torch.as_tensor(drawn.data),
        (low + high) / 2,
        (high - low) / 2,
        torch.tensor(raw, dtype=torch.float64),
        fields,
    )


def _drawn(term: Term, domain: Domain, points: int) -> Drawn:
    counts = PointCounts(points, max(points, 4 * len(term.regions)))
    return together(term.source.draw(domain, term.regions, counts, seed=0, draw=0, method="sobol"))


def _slope(values: Tensor, base: Tensor, direction: Tensor) -> Tensor:
    """J d for the derivative J of ``values`` by ``base``, by two backward passes.

    Jᵀ w is linear in w, and its derivative by w along d is J d. (Forward mode does it in one pass,
    but torch loads hundreds of modules at its first use: seconds at the start of each process.)
    """
    dual = torch.zeros_like(values, requires_grad=True)
    if not values.requires_grad:
        return torch.zeros_like(values)
    (transposed,) = torch.autograd.grad(values, base, dual, create_graph=True)
    if not transposed.requires_grad:
        return torch.zeros_like(values)
    (found,) = torch.autograd.grad(transposed, dual, direction)
    return found.detach()
