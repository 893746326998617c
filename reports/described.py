"""The problem itself, as the record has it."""

from collections.abc import Mapping
from typing import Any

from nas.campaign.records import Records
from nas.reports.recommended import problem


def described(records: Records) -> list[tuple[str, str]]:
    """What is to be solved: (name, words); only what the record has.

    Examples
    --------
    >>> from nas.reports import example
    >>> for name, words in described(example.records()):
    ...     print(f"{name}: {words}")
    Equation: u.xx + k u.yy = 0
    Domain: Box: x from -1 to 1, y from 0 to 1; parts x_min, x_max, y_min, y_max
    Fields: u
    Condition: on x_min, x_max, y_min, y_max: u - x * y = 0
    Unknown: k: start 0.5
    Scale: u = 0.5 + 2 · network
    Weight: equations: 0.051
    Weight: condition on x_min, x_max, y_min, y_max: holds exactly
    Reference: known; only reported, no decision uses it
    """
    facts = problem(records)
    known = "known; only reported, no decision uses it"
    found = [
        *(("Equation", equation) for equation in equations(records)),
        ("Domain", facts.get("domain", "")),
        ("Fields", ", ".join(facts["fields"])),
        *(("Condition", condition) for condition in facts.get("conditions", ())),
        *(("Jump", f"{jump}; part of the field's form") for jump in facts.get("jumps", ())),
        *(("Unknown", unknown) for unknown in facts.get("unknown", ())),
        *(("Scale", _scale(field)) for field in facts.get("ansatz", {}).get("fields", ())),
        *(("Weight", _weight(term)) for term in facts.get("terms", ())),
        ("Reference", known if facts["has_reference"] else "none"),
    ]
    return [(name, str(words)) for name, words in found if words]


def equations(records: Records) -> list[str]:
    """The equation in the words of the problem; without any, as its file has it.

    Examples
    --------
    >>> from nas.reports import example
    >>> equations(example.records())
    ['u.xx + k u.yy = 0']
    """
    facts = problem(records)
    return [str(facts["equation"])] if facts["equation"] else list(facts.get("equations", ()))


def source(records: Records) -> str:
    """The text of the problem's file; empty where the record has none.

    Examples
    --------
    >>> from nas.reports import example
    >>> source(example.records()).splitlines()[0]
    'problem = Problem('
    """
    return str(problem(records).get("source", ""))


def _scale(field: Mapping[str, Any]) -> str:
    offset = f"{field['offset']:.3g} + " if field["offset"] else ""
    return f"{field['field']} = {offset}{field['scale']:.3g} · network"


def _weight(term: Mapping[str, Any]) -> str:
    value = "holds exactly" if term["exact"] else f"{term['weight']:.2g}"
    return f"{term['words']}: {value}"
