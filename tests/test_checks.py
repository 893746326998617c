"""Settings that cannot be right are refused, by the name of the field."""

from collections.abc import Callable

import pytest

from nas.mixture.dropping import DropRule
from nas.problems.terms import PointCounts
from nas.training.fine_tuning import FineTuningSettings, gauss_newton
from nas.training.gauss_newton import GainRatio, GaussNewtonSettings
from nas.training.resampling import ResamplingSettings
from nas.training.selection import CompetitionSettings, PenaltySchedule, SelectionSettings
from nas.training.warm_up import WarmUpSettings, adam

RULE, METHOD = DropRule(0.1), gauss_newton.Settings()

WRONG: list[tuple[Callable[[], object], str]] = [
    (lambda: CompetitionSettings(gate_rate=0.0), "gate_rate above 0, got 0.0"),
    (lambda: CompetitionSettings(experts_rate=-0.1), "experts_rate at least 0, got -0.1"),
    (lambda: CompetitionSettings(smoothing=1.0), r"smoothing in \[0, 1\), got 1.0"),
    (lambda: PenaltySchedule(first=2.0, most=1.0), r"first in \[0, most\], got 2.0"),
    (lambda: PenaltySchedule(growth=0.5), "growth at least 1, got 0.5"),
    (lambda: SelectionSettings(9, 0.1, 0.5, RULE, gate_share=1.5), r"gate_share in \[0, 1\]"),
    (lambda: SelectionSettings(9, 0.1, 0.5, RULE, floor=-1.0), r"floor in \[0, 1\], got -1.0"),
    (lambda: SelectionSettings(9, 0.1, 0.5, RULE, redraw=0), "redraw at least 1, got 0"),
    (lambda: SelectionSettings(9, 0.1, 0.5, RULE, check_every=0), "check_every at least 1, got 0"),
    (lambda: SelectionSettings(9, 0.1, 0.5, RULE, log_every=15), "a multiple of check_every, got"),
    (lambda: DropRule(1.0), r"threshold in \[0, 1\), got 1.0"),
    (lambda: DropRule(0.1, every=0), "every at least 1, got 0"),
    (lambda: DropRule(0.1, cooldown=-1), "cooldown at least 0, got -1"),
    (lambda: DropRule(0.1, min_experts=0), "min_experts at least 1, got 0"),
    (lambda: FineTuningSettings(9, METHOD, check_every=0), "check_every at least 1, got 0"),
    (lambda: FineTuningSettings(9, METHOD, patience=-1), "patience at least 0, got -1"),
    (lambda: FineTuningSettings(9, METHOD, progress=2.0), r"progress in \[0, 1\], got 2.0"),
    (lambda: WarmUpSettings(9, PointCounts(4, 4), METHOD, check_every=0), "check_every at least"),  # type: ignore[arg-type]
    (lambda: adam.Settings(0.1, redraw=0), "redraw at least 1, got 0"),
    (lambda: adam.Settings(0.1, floor=2.0), r"floor in \[0, 1\], got 2.0"),
    (lambda: ResamplingSettings(even=0.0), r"even in \(0, 1\], got 0.0"),
    (lambda: ResamplingSettings(candidates=0), "candidates at least 1, got 0"),
    (lambda: GaussNewtonSettings(momentum=1.0), r"momentum in \[0, 1\), got 1.0"),
    (lambda: GaussNewtonSettings(tries=0), "tries at least 1, got 0"),
    (lambda: GainRatio(initial=1e4), "initial from minimum to maximum, got 10000.0"),
    (lambda: GainRatio(minimum=0.0), "minimum above 0, got 0.0"),
    (lambda: GainRatio(factor=0.5), "factor at least 1, got 0.5"),
    (lambda: GainRatio(poor=0.9), "poor at most good, got 0.9"),
    (
        lambda: gauss_newton.Settings(minimum_bounds=(1e-3, 1e-9)),
        "minimum_bounds above 0, in ascending order",
    ),
    (
        lambda: gauss_newton.Settings(initial_minimum=1.0),
        "initial_minimum within minimum_bounds, got 1.0",
    ),
    (lambda: gauss_newton.Settings(minimum_change=0.1), "minimum_change at least 1, got 0.1"),
    (
        lambda: gauss_newton.Settings(rows_per_parameter=-1.0),
        "rows_per_parameter at least 0, got -1.0",
    ),
    (
        lambda: gauss_newton.Settings(point_factors=(8.0, 0.25)),
        "point_factors above 0, in ascending order",
    ),
]


@pytest.mark.parametrize(("make", "match"), WRONG, ids=[match for _, match in WRONG])
def test_what_cannot_be_right_is_refused(make: Callable[[], object], match: str) -> None:
    with pytest.raises(ValueError, match=match):
        make()
