"""Corrections: networks that are added to a mixture as they are, outside its gate.

Where a trained mixture leaves a defect, a correction c is what removes it to first order: one
hidden layer of random waves as drawn, whose output layer was solved by least squares on the
residual, linearised about the mixture (defect correction, Stetter 1978; random features, Dwivedi &
Srinivasan 2020). The defect that is left has a correction of its own, so there may be several:

    u(x) = Σᵢ λᵢ(x) uᵢ(x) + Σⱼ cⱼ(x).

They stay apart, each as it was solved: two draws share no hidden layer. They do not learn on: to
training they are a known part of the solution.

Axis legend: S derivatives, B points, D coordinates, C fields, U unknown coefficients, V and W
widths.
"""

from collections.abc import Sequence

import torch
from torch import Tensor, nn

from nas import networks
from nas.calculus.jets import DerivativeSet
from nas.mixture.experts import ExpertStack, as_seen
from nas.search_spaces.candidates import Candidate


class Correction(ExpertStack):
    """One network with the weight 1, which does not learn.

    Its output layer is 0, so that it corrects nothing, until its numbers are set or loaded.

    Parameters
    ----------
    candidate
        What it is.
    names
        Of the D coordinates.
    outputs
        C.

    Raises
    ------
    UserError
        If no network can be made of ``candidate``.

    Examples
    --------
    >>> correction = Correction(Candidate("sine", 1, 800), ["x", "t"], outputs=1)
    >>> print(correction.candidate)
    sine 1×800
    >>> any(one.requires_grad for one in correction.parameters())
    False
    """

    def __init__(self, candidate: Candidate, names: Sequence[str], outputs: int) -> None:
        networks.check([candidate], names)
        super().__init__([(0, candidate)], names, outputs, seed=0)
        self.requires_grad_(False)
        self.weights[-1].zero_()

    @property
    def candidate(self) -> Candidate:
        """What it is."""
        return self.members[0][1]

    def set(self, weights: Sequence[Tensor], biases: Sequence[Tensor]) -> None:
        """Let its layers be ``weights`` (V, W) and ``biases`` (W,).

        Raises
        ------
        ValueError
            If a shape is not that of its layer.
        """
        old, new = [*self.weights, *self.biases], [*weights, *biases]
        expected, got = [tuple(one.shape[1:]) for one in old], [tuple(one.shape) for one in new]
        if got != expected:
            raise ValueError(
                f"{self.candidate}: expected weights and then biases of the shapes {expected}, "
                f"got {got}; give each layer's, (inputs, outputs) and (outputs,)"
            )
        with torch.no_grad():
            for one, value in zip(old, new, strict=True):
                one.copy_(value[None])


class Corrections(nn.ModuleList):
    """Those of one mixture, in the order in which they were solved.

    Parameters
    ----------
    candidates
        What they are; there may be none.
    names
        Of the D coordinates.
    outputs
        C.
    periodic
        Coordinates that they see by waves alone, as the experts do.

    Examples
    --------
    >>> made = Corrections([Candidate("sine", 1, 8)], ["x"], outputs=1)
    >>> weights = [torch.ones(1, 8), torch.zeros(8, 1)]
    >>> made.add(Candidate("sine", 1, 8), weights, [torch.zeros(8), torch.tensor([2.0])])
    >>> x, values = torch.zeros(1, 3, 1, dtype=torch.float64), DerivativeSet([], 1)
    >>> made.jet(x, values).flatten().tolist()
    [2.0, 2.0, 2.0]
    """

    def __init__(
        self,
        candidates: Sequence[Candidate],
        names: Sequence[str],
        outputs: int,
        periodic: Sequence[str] = (),
    ) -> None:
        super().__init__()
        self._names, self._outputs, self._periodic = tuple(names), outputs, tuple(periodic)
        self.extend(map(self._made, candidates))

    @property
    def members(self) -> list[Correction]:
        """One by one."""
        return [one for one in self if isinstance(one, Correction)]

    @property
    def candidates(self) -> list[Candidate]:
        """What they are, and see."""
        return [one.candidate for one in self.members]

    @property
    def networks(self) -> list[networks.Stack]:
        """As they are evaluated."""
        return [one.networks for one in self.members]

    def add(
        self, candidate: Candidate, weights: Sequence[Tensor], biases: Sequence[Tensor]
    ) -> None:
        """One more, which was solved on what the others leave; raises as `Correction.set`."""
        made = self._made(candidate)
        made.set(weights, biases)
        self.append(made)

    def jet(self, coordinates: Tensor, derivatives: DerivativeSet) -> Tensor | None:
        """The jet (S, B, C) of their sum, from the coordinates' (S, B, D); None without any."""
        if not len(self):
            return None
        return networks.evaluate(derivatives, coordinates, self.networks).sum(0)

    def added(self, mixed: Tensor, correction: Tensor | None) -> Tensor:
        """The jet (S, B, C + U) ``mixed`` with their own (S, B, C) added to its fields.

        Unknown coefficients stay as they are.

        Raises
        ------
        ValueError
            If ``correction`` is None and there are corrections: that would be another solution.
        """
        if correction is None and len(self):
            raise ValueError(
                f"expected the jet of {len(self)} corrections to add, got none; "
                "`Corrections.jet` makes it"
            )
        if correction is None:
            return mixed
        fields = correction.shape[-1]
        return torch.cat([mixed[..., :fields] + correction, mixed[..., fields:]], dim=-1)

    def _made(self, candidate: Candidate) -> Correction:
        seen = as_seen(candidate, self._names, self._periodic)
        return Correction(seen, self._names, self._outputs)
