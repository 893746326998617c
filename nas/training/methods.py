"""Methods by their names: a file in the folder of a phase, with a frozen dataclass ``Settings``."""

from dataclasses import fields
from importlib import import_module
from typing import Any


def settings(package: str, name: str, **known: Any) -> Any:
    """The settings of the method in the file ``name`` of ``package``.

    Parameters
    ----------
    known
        Values by field; those that the method has no field for are none of its business.

    Examples
    --------
    >>> settings("nas.training.warm_up", "adam", learning_rate=1e-3, width=16)
    Settings(learning_rate=0.001, redraw=10)
    """
    kind = import_module(f"{package}.{name}").Settings
    names = {field.name for field in fields(kind)}
    return kind(**{key: value for key, value in known.items() if key in names})
