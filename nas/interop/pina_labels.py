"""What PINA's equations are called with: columns that have labels, in place of a LabelTensor."""

from collections.abc import Sequence
from typing import Any

import torch

from nas.errors import UserError
from nas.interop.columns import Columns


class Labelled(Columns):
    """Quantities side by side, in place of a ``pina.LabelTensor`` (N, K).

    Parameters
    ----------
    quantities
        K of them.
    labels
        Their names, K of them; None where arithmetic has made them.

    Raises
    ------
    UserError
        Where a label is missing, or it is used in a way that is more than columns and arithmetic.

    Examples
    --------
    >>> import torch
    >>> from nas.calculus.fields import Coordinate
    >>> names = ("x", "t")
    >>> x = Labelled([Coordinate(names, k, torch.tensor([2.0 + k])) for k in (0, 1)], names)
    >>> made = torch.square(x["x"]) * x.extract(["t"])
    >>> made.labels = ["w"]
    >>> made["w"].only, x[:, 1:].labels
    (square(x)*t, ['t'])
    >>> x["y"]
    Traceback (most recent call last):
    nas.errors.UserError: expected labels among x, t, got y
    """

    def __init__(self, quantities: Sequence[Any], labels: Sequence[str] | None = None) -> None:
        super().__init__(quantities)
        self._labels = None if labels is None else list(labels)

    @property
    def labels(self) -> list[str]:
        """The names of the columns."""
        if self._labels is None:
            raise UserError(
                "labels: arithmetic leaves none; give them, as in flux.labels = ['flux']"
            )
        return self._labels

    @labels.setter
    def labels(self, labels: str | Sequence[str]) -> None:
        given = [labels] if isinstance(labels, str) else list(labels)
        if len(given) != len(self.quantities):
            raise UserError(f"labels: expected {len(self.quantities)}, got {', '.join(given)}")
        self._labels = given

    @property
    def tensor(self) -> "Labelled":
        """The same without labels."""
        return Labelled(self.quantities)

    @property
    def device(self) -> torch.device:
        """Where the numbers are."""
        found: torch.device = self.quantities[0].value.device
        return found

    def extract(self, labels: str | Sequence[str]) -> "Labelled":
        """The columns with these labels, in this order."""
        given = [labels] if isinstance(labels, str) else list(labels)
        missing = [one for one in given if one not in self.labels]
        if missing:
            raise UserError(
                f"expected labels among {', '.join(self.labels)}, got {', '.join(missing)}"
            )
        return Labelled([self.quantities[self.labels.index(one)] for one in given], given)

    def __getitem__(self, index: Any) -> "Labelled":
        several = index if isinstance(index, list | tuple) else [index]
        if all(isinstance(one, str) for one in several):
            return self.extract(several)
        found = Labelled(super().__getitem__(index).quantities)
        if self._labels is not None:
            chosen = self._labels[index[1]]
            found.labels = chosen
        return found
