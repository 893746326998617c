"""Methods by their names: a file in the folder of a phase, with a frozen dataclass ``Settings``."""

import pkgutil
from dataclasses import fields
from importlib import import_module
from typing import Any

_PHASE = "phase"  # the one file of such a folder that is no method


def names(package: str) -> tuple[str, ...]:
    """The methods that there are in the folder ``package``.

    Examples
    --------
    >>> "adam" in names("nas.training.warm_up")
    True
    """
    modules = pkgutil.iter_modules(import_module(package).__path__)
    return tuple(sorted(module.name for module in modules if module.name != _PHASE))


def title(package: str, name: str) -> str:
    """What people call the method in the file ``name`` of ``package``.

    Examples
    --------
    >>> title("nas.training.warm_up", "gauss_newton")
    'Gauss–Newton'
    """
    found: str = import_module(f"{package}.{name}").Settings.title
    return found


def settings(package: str, name: str, **known: Any) -> Any:
    """The settings of the method in the file ``name`` of ``package``.

    Parameters
    ----------
    known
        Values by field; those that the method has no field for are none of its business.

    Raises
    ------
    ValueError
        If there is no such method.

    Examples
    --------
    >>> settings("nas.training.warm_up", "adam", learning_rate=1e-3, width=16)
    Settings(learning_rate=0.001, redraw=10, floor=0.02, unknown_rate=30.0)
    """
    if name not in names(package):
        there = ", ".join(names(package))
        raise ValueError(f"expected a method of {package} ({there}), got {name}")
    kind = import_module(f"{package}.{name}").Settings
    own = {field.name for field in fields(kind)}
    return kind(**{key: value for key, value in known.items() if key in own})
