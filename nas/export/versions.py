"""Earlier versions of ``architecture.json``, brought to the present one.

Version 1 named the axes activation, depth and width in each expert, knew one kind of gate, and
called the half extent of the domain ``scale``. Version 2 knew no corrections. Version 3 knew no
digests: an export of these three is loaded without a check of them. Version 4 told neither how
large the error is estimated to be, nor how well unknown coefficients are known, nor warnings. The
weights have kept their names.
"""

from typing import Any, Final

FIRST: Final = 1
LAST: Final = 5
SEALED: Final = 4  # the first that has digests

Json = dict[str, Any]


def upgraded(found: Json) -> Json:
    """The description ``found`` in the words of the last version.

    Raises
    ------
    LookupError, TypeError, AttributeError
        If it is not what its version says.

    Examples
    --------
    >>> upgraded({"version": 2, "gate": None})
    {'version': 5, 'gate': None}
    """
    found = _from_first(found) if found["version"] == 1 else found
    return {**found, "version": LAST}


def _from_first(found: Json) -> Json:
    new = dict(found)
    scaling, gate, measured = dict(new["scaling"]), new["gate"], new.pop("figures")
    scaling["half_extent"] = scaling.pop("scale")
    return {
        **new,
        "version": 2,
        "scaling": scaling,
        "gate": None if gate is None else {"kind": "perceptron", "settings": gate},
        "experts": [_expert_from_first(expert) for expert in new["experts"]],
        "measured": measured,
    }


def _expert_from_first(found: Json) -> Json:
    levels = dict(found)
    return {
        "index": levels.pop("place"),
        "importance": levels.pop("importance"),
        "candidate": levels,
    }
