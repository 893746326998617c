"""What the toolkit is measured against; each computes the very same loss.

A rival is built from a mixture, whose parameters it copies, and from points; a call is one step:
loss, gradient, Adam. `in_jax` and `in_deepxde` need packages that the toolkit does not.
"""

from importlib import import_module
from types import ModuleType

PACKAGES = {"in_jax": "jax", "in_deepxde": "deepxde"}


def load(name: str) -> ModuleType | None:
    """The optional rival ``name``, or None where its package is not installed.

    Raises
    ------
    ImportError
        If the package is there and something else is missing.
    """
    try:
        return import_module(f"{__name__}.{name}")
    except ModuleNotFoundError as error:
        if error.name != PACKAGES[name]:
            raise
        return None
