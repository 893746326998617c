"""What a gate is, and which kinds there are: each file of `nas.mixture.gates` holds one.

Such a file defines ``GateSettings``, a frozen dataclass that follows the protocol here, and
``Gate``, a subclass of the class here that is made by ``Gate(settings, encoding, names, experts,
seed)`` (see `build`). Its name is that of the kind.

Axis legend: E experts alive, D coordinates.
"""

import pkgutil
from abc import ABC, abstractmethod
from collections.abc import Sequence
from dataclasses import asdict
from importlib import import_module
from types import ModuleType
from typing import Any, ClassVar, Protocol

from torch import Tensor, nn

from nas import networks
from nas.errors import UserError
from nas.mixture import gates
from nas.mixture.experts import Changes


class GateSettings(Protocol):
    """All that a gate of some kind is a function of, beside its pool and its seed."""

    __dataclass_fields__: ClassVar[dict[str, Any]]

    def describe(self) -> str:
        """The gate in words: ``a gating network with 2 layers of 16 units with tanh``."""
        ...


class Gate(nn.Module, ABC):
    """What gives the weights λ(x) ≥ 0 with Σᵢ λᵢ(x) = 1: the softmax of its network's outputs.

    Logits, their Jacobian, the plain network of an export and the need of memory all follow
    from ``networks``. It begins with λ = 1/E everywhere, so that nothing but what is learnt, or
    set by `prefer`, tells the experts apart. `build` makes a kind's class from its settings, the
    encoding and the names of the coordinates, the number of experts and a seed.

    Examples
    --------
    >>> import torch
    >>> gate = build(settings("perceptron", depth=1, width=8), "raw", ["x"], 3, seed=0)
    >>> gate.prefer(torch.tensor([0.5, 0.25, 0.25]).log())
    >>> (network,) = gate.networks.modules()
    >>> anywhere = torch.rand(1, 1, dtype=torch.float64)
    >>> [round(weight, 6) for weight in torch.softmax(network(anywhere), dim=-1)[0].tolist()]
    [0.5, 0.25, 0.25]
    """

    settings: GateSettings
    encoding: str  # what it sees of the coordinates

    @property
    @abstractmethod
    def networks(self) -> networks.Stack:
        """One network with E outputs, the logits; its tensors are parameters, or views of them."""

    @abstractmethod
    def prefer(self, scores: Tensor) -> None:
        """Let λ, uniform so far, be the softmax of ``scores`` (E,) everywhere."""

    @abstractmethod
    def drop(self, column: int) -> Changes:
        """Remove the output of the expert in ``column``; return what replaces each parameter.

        Adam's moments follow by the `Changes`: the new parameter, and which of its rows stay.
        """


def kinds() -> tuple[str, ...]:
    """The kinds by name.

    Examples
    --------
    >>> "perceptron" in kinds()
    True
    """
    return tuple(sorted(module.name for module in pkgutil.iter_modules(gates.__path__)))


def settings(kind: str, **values: Any) -> GateSettings:
    """The settings of a gate of some ``kind``.

    Raises
    ------
    UserError
        If there is no such kind.
    TypeError, ValueError
        If ``values`` are not its settings.

    Examples
    --------
    >>> settings("perceptron", depth=1, width=8)
    GateSettings(depth=1, width=8, activation='tanh')
    >>> settings("fence")  # doctest: +ELLIPSIS
    Traceback (most recent call last):
    nas.errors.UserError: gate.kind: expected one of ..., got 'fence'
    """
    made: GateSettings = settings_type(kind)(**values)
    return made


def settings_type(kind: str) -> type[GateSettings]:
    """The class of the settings of a gate of some ``kind``.

    Raises
    ------
    UserError
        If there is no such kind.

    Examples
    --------
    >>> list(settings_type("perceptron").__dataclass_fields__)
    ['depth', 'width', 'activation']
    """
    if kind not in kinds():
        raise UserError(f"gate.kind: expected one of {', '.join(kinds())}, got {kind!r}")
    found: type[GateSettings] = _module(kind).GateSettings
    return found


def written(settings: GateSettings) -> dict[str, Any]:
    """The kind and its settings as plain data, which `settings` takes.

    Examples
    --------
    >>> written(settings("perceptron", depth=1, width=8))
    {'kind': 'perceptron', 'depth': 1, 'width': 8, 'activation': 'tanh'}
    """
    return {"kind": _kind(settings), **asdict(settings)}


def build(
    settings: GateSettings, encoding: str, names: Sequence[str], experts: int, seed: int
) -> Gate:
    """The gate of these ``settings``.

    Parameters
    ----------
    encoding
        What it sees of the coordinates: a level of the candidates' axis of this name.
    names
        Of the D coordinates.
    experts
        E.

    Examples
    --------
    >>> gate = build(settings("perceptron", depth=1, width=8), "raw", ["x", "t"], 3, seed=0)
    >>> [tuple(weight.shape) for weight in gate.networks.weights]
    [(1, 2, 8), (1, 8, 3)]
    """
    gate: Gate = _module(_kind(settings)).Gate(settings, encoding, names, experts, seed)
    return gate


def _kind(settings: GateSettings) -> str:
    return type(settings).__module__.rpartition(".")[2]


def _module(kind: str) -> ModuleType:
    return import_module(f"{gates.__name__}.{kind}")
