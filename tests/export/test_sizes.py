import re

import pytest

from nas.export import example, sizes
from nas.export.architecture import Architecture, CorrectionDescription, GateDescription
from nas.search_spaces.candidates import Candidate

ONE = example.architecture()
WEIGHTS = example.network().state_dict()


def expert(candidate: Candidate) -> Architecture:
    first, *others = ONE.experts
    changed = first.model_copy(update={"candidate": candidate})
    return ONE.model_copy(update={"experts": (changed, *others)})


def gate(depth: int, width: int) -> Architecture:
    settings = {"depth": depth, "width": width}
    return ONE.model_copy(update={"gate": GateDescription(kind="perceptron", settings=settings)})


WAVES = CorrectionDescription(candidate=Candidate("sine", 1, 10**6, learns="output"))
TOO_LARGE = {
    "wide": (expert(Candidate("tanh", 2, 40_000)), r"experts\.0\.candidate has a width of 40000"),
    "deep": (expert(Candidate("tanh", 10**5, 4)), r"experts\.0\.candidate has a depth of 100000"),
    "beyond all": (expert(Candidate("tanh", 2, 10**400)), r"width of 1000.*… \(401 digits\), more"),
    "correction": (ONE.model_copy(update={"corrections": (WAVES,)}), r"corrections\.0\.cand"),
    "wide gate": (gate(2, 40_000), "gate has a width of 40000"),
    "deep gate": (gate(10**9, 2), "gate has a depth of 1000000000, more than fits into"),
    "many": (
        ONE.model_copy(update={"experts": ONE.experts * 10**5}),
        r"\d+ numbers are described up to experts\.\d+\.candidate, and it holds 56",
    ),
    "many units": (expert(Candidate("tanh", 10, 10)), "1021 numbers are described up to"),
}


@pytest.mark.parametrize("case", TOO_LARGE)
def test_what_cannot_be_of_these_weights_is_told_before_it_is_made(case: str) -> None:
    described, message = TOO_LARGE[case]
    assert re.search(message, sizes.complaint(described, WEIGHTS))


@pytest.mark.parametrize("described", [ONE, gate(0, 10**9), expert(Candidate("tanh", 2, 5))])
def test_what_may_be_is_left_to_the_comparison_of_shapes(described: Architecture) -> None:
    assert sizes.complaint(described, WEIGHTS) == ""
