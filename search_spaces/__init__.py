"""Named search spaces, one a file: plain data, without torch.

To add one, write a file ``<name>.py`` here with a module-level ``space`` and a docstring whose
first line is the question that the space answers. The file's name is the space's name.
"""

import difflib
import pkgutil
from importlib import import_module
from types import ModuleType

from nas.search_spaces.candidates import AXES, Axis, Candidate
from nas.search_spaces.space import SearchSpace

__all__ = ["AXES", "Axis", "Candidate", "SearchSpace", "load", "names", "question"]

_MACHINERY = frozenset({"candidates", "space"})


def names() -> list[str]:
    """The names of all search spaces, in alphabetical order.

    Examples
    --------
    >>> "full_grid" in names()
    True
    """
    return sorted(
        file.name for file in pkgutil.iter_modules(__path__) if file.name not in _MACHINERY
    )


def load(name: str) -> SearchSpace:
    """The search space ``name``.

    Raises
    ------
    ValueError
        If there is no such space, or its file declares none.

    Examples
    --------
    >>> len(load("full_grid"))
    36
    """
    found = getattr(_module(name), "space", None)
    if not isinstance(found, SearchSpace):
        raise ValueError(
            f"search_spaces/{name}.py: expected a SearchSpace named space, got {found!r}; "
            "declare one"
        )
    return found


def question(name: str) -> str:
    """The question that the search space ``name`` answers, one line; raises like `load`.

    Examples
    --------
    >>> question("article_activations")
    'Which activations survive when experts differ in nothing else?'
    """
    text = (_module(name).__doc__ or "").strip()
    return text.splitlines()[0] if text else ""


def _module(name: str) -> ModuleType:
    known = names()
    if name not in known:
        near = difflib.get_close_matches(name, known, n=1)
        advice = f"did you mean {near[0]!r}?" if near else "choose one of these"
        raise ValueError(f"expected a search space ({', '.join(known)}), got {name!r}; {advice}")
    return import_module(f"{__name__}.{name}")
