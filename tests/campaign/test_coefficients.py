"""What a record tells of a coefficient, also one that an earlier version wrote."""

import pytest

from nas.campaign.coefficients import doubt, estimates
from nas.reports import example

UNTOLD = "nothing tells the unknown k: equations and conditions leave a family of solutions"


@pytest.mark.parametrize(
    ("recorded", "warnings", "found"),
    [
        ("", "estimated error 97%: the answer is not to be trusted", ""),
        ("why", "", "why"),
        (None, None, ""),
        (None, "k = 3 with a standard error of 1", ""),
        (None, "badly scaled\nk = 3 is not to be trusted: off", "the answer is not to be trusted"),
        (None, f"badly scaled\n{UNTOLD}", "nothing tells it"),
        (None, UNTOLD.replace("unknown k:", "unknown kappa:"), ""),
    ],
)
def test_a_doubt_is_as_recorded_and_before_that_as_warned(
    recorded: str | None, warnings: str | None, found: str
) -> None:
    assert doubt("k", recorded, warnings) == found


def test_what_is_in_doubt_has_no_standard_error() -> None:
    records = example.records()
    known = records.unknowns.assign(standard_error=0.1, doubt=None)
    runs = records.runs.assign(warnings="")
    runs.loc[1, "warnings"] = "estimated error 97%: the answer is not to be trusted"
    found = estimates(known, runs, ["0000-0", "0001-0"]).set_index("run")
    assert found.standard_error.to_list()[0] == 0.1
    assert found.standard_error.isna().to_list() == [False, True]
    assert found.doubt.to_list() == ["", "the answer is not to be trusted"]
