"""Which coefficients are in doubt, and by how much they may be off."""

import pytest

from nas.assessment.doubts import FEW, doubts, wrong
from nas.assessment.error_estimate import Estimate
from nas.assessment.noise_fit import Fit
from nas.assessment.noise_spread import Spread

UNTOLD = ["nothing tells the unknown k: equations and conditions leave a family of solutions"]


def noise(step: float) -> Spread:
    """A standard error of 0.1, beside which another step would move k by ``step``."""
    return Spread(0.01, {"k": 0.1}, Fit(0.9, 0.0, 0.0, {"k": step}))


def waves(off: float) -> Estimate:
    return Estimate(0.01, {"u": 0.01}, left=0.97, unknown={"k": off})


def test_what_nothing_tells_comes_first_then_the_answer_then_the_coefficient() -> None:
    found = doubts(["k", "kappa", "c", "d"], UNTOLD, "", {"c": 0.25, "d": 1e-3}, {"d": 0.88})
    assert found == {
        "k": "nothing tells it",
        "c": "it may be off by 0.25, as training has not settled",
        "d": "it may be off by 0.001, as training has not settled, and by some 0.88 by noise",
    }
    bad = doubts(["k", "kappa"], UNTOLD, "the answer is not to be trusted", {"kappa": 0.25}, {})
    assert bad == {"k": "nothing tells it", "kappa": "the answer is not to be trusted"}
    assert doubts(["k"], [], "", {}, {}) == {}


@pytest.mark.parametrize(
    ("step", "off", "found"),
    [(0.09, None, {}), (0.3, None, {"k": 0.3}), (0.0, 0.9 * FEW * 0.1, {}), (0.0, 0.4, {"k": 0.4})],
)
def test_what_training_would_still_change_is_measured_by_the_noise(
    step: float, off: float | None, found: dict[str, float]
) -> None:
    assert wrong(noise(step), None if off is None else waves(off)) == found


def test_without_noise_there_is_nothing_to_measure_by() -> None:
    assert wrong(None, waves(5.0)) == {}
