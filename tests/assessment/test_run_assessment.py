"""What a run's user is told: of trivial answers, large errors, nothing learnt, and of nothing."""

import math
from dataclasses import replace

import pytest
import torch

from nas.assessment import explain
from nas.assessment import run_assessment as module
from nas.assessment.error_estimate import Estimate
from nas.assessment.noise_fit import Fit
from nas.assessment.noise_spread import Spread
from nas.assessment.run_assessment import Assessment, assess, combined
from nas.assessment.trivial import Trivial
from nas.problems import Box, Condition, Observations, Problem
from nas.problems.terms import PointCounts
from nas.training import example
from nas.training.collocation import Sampler
from nas.training.run_result import RunResult
from nas.training.selection import ExpertOutcome
from nas.training.trail import Trail

BEND = Problem(
    name="bend",
    domain=Box(t=(0, 1)),
    residual=lambda u: u.tt + 2,
    conditions=[Condition(("t_min", "t_max"), lambda u: u)],
    balanced=False,
)
COUNTS = PointCounts(interior=64, boundary=2)
LEVEL = replace(BEND, residual=lambda u: u.tt)


def ended(
    problem: Problem, scale: float, loss: float, individual: float = 1e-9, level: float = 0.0
) -> RunResult:
    """A run whose network is ``scale`` times an untrained one, plus a ``level``."""
    mixture = replace(example.settings(), pool=example.POOL[1:2]).mixture(problem)
    with torch.no_grad():
        for stack in mixture.networks:
            stack.weights[-1].mul_(scale)
            stack.biases[-1].fill_(level)
    outcome = ExpertOutcome(individual_loss=individual)
    return RunResult(
        "completed", "", mixture, {0: outcome}, [], Trail(problem), loss, 1, 1, 1, 13, {}, []
    )


def told(problem: Problem, result: RunResult, error: float | None = 0.001) -> list[str]:
    """The warnings, where the error is estimated as ``error``."""
    return list(assessed(problem, result, error).warnings)


def assessed(problem: Problem, result: RunResult, error: float | None) -> Assessment:
    """All that is found, where the error is estimated as ``error``."""
    sampler = Sampler(problem, COUNTS, "sobol", seed=0)
    found = None if error is None else Estimate(error, {"u": error}, left=0.1)
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(module, "estimate", lambda *_, **__: found)
        return assess(problem, sampler, result)


def test_an_answer_no_better_than_a_line_is_told() -> None:
    (line,) = told(BEND, ended(BEND, 1.0, loss=3.9))
    assert line.startswith("the answer is no better than the best ")
    assert line.endswith("held-out loss 3.9e+00, without any training 4.0e+00")


def test_an_answer_that_is_flat_is_told_though_its_loss_is_lower() -> None:
    (line,) = told(BEND, ended(BEND, 1e-12, loss=0.5, level=1.0))
    assert line == "the answer is constant or affine, which does not solve the problem"


def test_a_line_that_solves_what_no_step_from_zero_finds_is_left_alone() -> None:
    """Such as x of |∇u| = 1, whose equation does not see a small slope."""
    best = Trivial("zero", loss=1.0, typical=2.0)
    assert module._is_trivial(best, 1e-9, True) == []
    assert len(module._is_trivial(best, 1e-3, True)) == 1


def test_a_good_answer_is_left_alone() -> None:
    assert told(BEND, ended(BEND, 1.0, loss=1e-6)) == []


@pytest.mark.parametrize("level", [0.0, 3.0])
def test_a_solution_that_is_zero_or_constant_is_left_alone(level: float) -> None:
    problem = replace(LEVEL, conditions=[Condition(("t_min", "t_max"), lambda u: u - level)])
    assert told(problem, ended(problem, 1e-12, loss=1e-9, individual=1e-7, level=level)) == []


def test_nothing_learnt_in_the_warm_up_is_told() -> None:
    (line,) = told(BEND, ended(BEND, 1.0, loss=1.0, individual=3.8))
    assert line.startswith("nothing was learnt in the warm-up: the best expert's loss, 3.8e+00,")


@pytest.mark.parametrize("losses", [(math.nan, 1e-9), (1e-9, math.nan), (math.inf, 1e-9)])
def test_an_expert_that_diverged_says_nothing_of_the_others(losses: tuple[float, ...]) -> None:
    result = ended(BEND, 1.0, loss=1e-6)
    outcomes = {index: ExpertOutcome(individual_loss=loss) for index, loss in enumerate(losses)}
    assert told(BEND, replace(result, outcomes=outcomes)) == []


def test_a_large_error_is_told_and_one_that_could_not_be_estimated() -> None:
    result = ended(BEND, 1.0, loss=1e-6)
    assert told(BEND, result, error=0.099) == []
    assert told(BEND, result, error=0.2) == ["estimated error 20%: the answer is not to be trusted"]
    (line,) = told(BEND, result, error=None)
    assert line.startswith("the error could not be estimated")


def test_what_the_problem_warns_of_is_told_too_but_not_what_training_got_past() -> None:
    ends = [Condition("t_min", lambda u: u), Condition("t_max", lambda u: u - 1)]
    steep = replace(BEND, residual=lambda u: u.tt - 1e9, conditions=ends, balanced=True)
    (line,) = [one for one in told(steep, ended(steep, 1.0, loss=1e-30)) if "badly scaled" in one]
    assert line in steep.warnings
    sour = replace(BEND, residual=lambda u: u.tt + 2 + 0 * u**1.2)
    assert len(sour.warnings) == 1
    assert told(sour, ended(sour, 1.0, loss=1e-6)) == []


@pytest.mark.parametrize("level", [0.0, 1.0])
def test_conditions_that_disagree_where_they_meet_limit_the_estimate(level: float) -> None:
    walls = [Condition(name, lambda u: u - level) for name in ("x_min", "x_max", "y_min")]
    lid = Condition("y_max", lambda u: u - 1)
    plate = Problem("plate", Box(x=(0, 1), y=(0, 1)), lambda u: u.xy, [lid, *walls])
    found = assessed(plate, ended(plate, 1.0, loss=1e-6), error=0.001)
    expected = (
        "u is 1 on y_max and 0 on x_min, which meet at x=0, y=1 (and at 1 more): no smooth answer "
        "does both, and the estimated error may be too small close to it",
    )
    assert (found.warnings, found.notes) == ((), () if level else expected)
    assert assessed(plate, ended(plate, 1.0, loss=1e-6), error=None).notes == ()


THROWN = replace(BEND, conditions=[Condition("t_min", lambda u: u - 1)])
FREE = replace(BEND, conditions=[Condition(("t_min", "t_max"), lambda u: u.t)])


@pytest.mark.parametrize(
    ("problem", "line"),
    [
        (
            THROWN,
            "along t the equations have order 2, and 1 condition stands at its two ends: that",
        ),
        (FREE, "only derivatives of u occur, in equations and conditions: u is free up to a"),
    ],
    ids=["too few conditions", "a constant"],
)
def test_of_one_of_many_answers_no_error_is_told(problem: Problem, line: str) -> None:
    sampler = Sampler(problem, COUNTS, "sobol", seed=0)
    found = assess(problem, sampler, ended(problem, 1.0, loss=1e-6))
    (told_,) = found.warnings
    assert told_.startswith(line)
    assert found.error_estimate is None


def test_where_equations_explain_little_the_way_counts() -> None:
    little = Estimate(1e-4, {"u": 1e-4}, left=0.9)
    assert combined(little, 1e-2) == pytest.approx(1e-4**0.1 * 1e-2**0.9)
    assert combined(little, 1e-6) == 1e-4  # never for a smaller one
    assert combined(replace(little, relative=float("nan")), 1e-2) == 1e-2
    assert combined(None, None) is None


def test_a_divergence_is_explained_by_an_expert_where_the_mixture_is_lost() -> None:
    sour = replace(BEND, residual=lambda u: u.tt + (u - 0.1) ** 1.2)
    result = replace(ended(sour, 1.0, loss=1.0), status="diverged")
    untrained = replace(example.settings(), pool=example.POOL).mixture(sour)
    with torch.no_grad():
        for parameter in result.mixture.parameters():
            parameter.fill_(torch.nan)
    sampler = Sampler(sour, COUNTS, "sobol", seed=0)
    found = explain(sour, sampler, result, untrained)
    assert found.startswith("equations: no value (nan) at t=")


def test_a_coefficient_that_noise_leaves_open_is_told(monkeypatch: pytest.MonkeyPatch) -> None:
    fit = Fit(misfit=0.9, others=0.5, moved=0.0, unknown={"k": 0.0, "c": 0.0})
    found = Estimate(0.003, {"u": 0.003}, left=0.1)
    loose = Spread(0.004, {"k": 0.3, "c": 0.01}, fit)
    monkeypatch.setattr(module, "estimate", lambda *_, **__: found)
    monkeypatch.setattr(module, "spread", lambda *_: loose)
    result = replace(ended(BEND, 1.0, loss=1e-6), unknown={"k": -2.0, "c": 2.0})
    assessed = assess(BEND, Sampler(BEND, COUNTS, "sobol", seed=0), result)
    assert assessed.error_estimate == pytest.approx(0.005)
    assert assessed.standard_errors == loose.unknown
    (line,) = assessed.warnings
    assert line.startswith("k = -2 with a standard error of 0.3 by the noise of the observations")


def test_an_error_that_a_large_constant_hides_is_told(monkeypatch: pytest.MonkeyPatch) -> None:
    found = Estimate(0.06, {"u": 0.06}, 0.1, of_variation={"u": 1.05}, unknown={"k": 0.3, "c": 0.1})
    monkeypatch.setattr(module, "estimate", lambda *_, **__: found)
    result = replace(ended(BEND, 1.0, loss=1e-6), unknown={"k": -2.0, "c": 2.0})
    first, second = assess(BEND, Sampler(BEND, COUNTS, "sobol", seed=0), result).warnings
    assert first == (
        "u: the answer is not to be trusted: the estimated error is 105% of how much u varies, "
        "if 6.0% of u itself"
    )
    assert second.startswith("k = -2 is not to be trusted: estimated to be off by 0.3")


@pytest.mark.parametrize(
    ("loss", "left", "known"),
    [(1e-3, None, False), (1e-4, None, True), (1e-3, 0.95, False), (1e-3, 0.85, True)],
)
def test_residuals_that_little_explains_are_no_sign_of_a_small_error(
    loss: float, left: float | None, known: bool, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The trivial answer's loss is 4; the way that training took says 5 %."""
    equations = None if left is None else Estimate(0.04, {"u": 0.04}, left)
    monkeypatch.setattr(module, "estimate", lambda *_, **__: equations)
    monkeypatch.setattr(module, "drift", lambda *_: 0.05)
    found = assess(BEND, Sampler(BEND, COUNTS, "sobol", seed=0), ended(BEND, 1.0, loss=loss))
    assert (found.error_estimate is not None) == known
    assert ("the error could not be estimated" in "".join(found.warnings)) != known


def noisy(misfit: float = 0.8, step: float = 0.01, others: float = 0.01) -> Spread:
    """Noise that leaves k by 0.05."""
    return Spread(0.02, {"k": 0.05}, Fit(misfit, others, moved=0.01, unknown={"k": step}))


def with_noise(
    noise: Spread | None,
    patch: pytest.MonkeyPatch,
    equations: Estimate | None = None,
    left: list[str] | None = None,
    in_waves: float | None = None,
) -> Assessment:
    """Of a coefficient k = 2 found by observations with noise, of which no error is known."""
    seen = Observations({"t": [0.5], "u": [0.25]}, noise=0.1)
    problem = replace(BEND, conditions=[*BEND.conditions, seen])
    patch.setattr(module, "estimate", lambda *_, **__: equations)
    patch.setattr(module, "left_open", lambda *_: left or [])
    patch.setattr(module, "spread", lambda *_: noise)
    patch.setattr(module, "amplified", lambda *_: in_waves)
    result = replace(ended(BEND, 1.0, loss=1e-3), unknown={"k": 2.0})
    return assess(problem, Sampler(problem, COUNTS, "sobol", seed=0), result)


def test_what_the_noise_alone_leaves_is_a_note(monkeypatch: pytest.MonkeyPatch) -> None:
    found = with_noise(noisy(), monkeypatch)
    assert (found.warnings, found.doubts, found.standard_errors) == ((), {}, {"k": 0.05})
    assert found.error_estimate == pytest.approx(0.02 * 1.25**0.5)
    (note,) = found.notes
    assert "k to ± 0.05 (one standard error), the fields to 2.0%" in note


@pytest.mark.parametrize(
    ("noise", "why"),
    [
        (noisy(misfit=1.2), "it fits the observations worse than their noise allows"),
        (noisy(others=0.5), "much is left in equations and conditions"),
        (noisy(step=0.06), "training has not settled"),
        (None, "how much of what is left is the noise of the observations is not known"),
    ],
)
def test_where_the_noise_is_not_all_it_stays_a_warning(
    noise: Spread | None, why: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    found = with_noise(noise, monkeypatch)
    (line,) = found.warnings
    assert line.startswith("the error could not be estimated, and the answer may be good or bad: ")
    assert why in line
    assert (found.notes, found.standard_errors, found.error_estimate) == ((), {}, None)
    assert found.doubts == {"k": "the error could not be estimated"}


def test_what_nothing_tells_has_no_standard_error_and_no_note(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    untold = "nothing tells the unknown k: equations and conditions leave a family"
    off = Estimate(0.001, {"u": 0.001}, left=0.1, unknown={"k": 4.9e6})
    found = with_noise(noisy(), monkeypatch, off, [untold])
    assert found.warnings == (untold,)  # to train longer would be the wrong advice
    assert (found.doubts, found.standard_errors) == ({"k": "nothing tells it"}, {})
    assert found.notes == ()


def test_waves_that_find_another_coefficient_deny_that_noise_is_all(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    off = Estimate(0.001, {"u": 0.001}, left=0.1, unknown={"k": 0.6})
    found = with_noise(noisy(), monkeypatch, off)
    (line,) = found.warnings
    assert line.startswith("k = 2 is not to be trusted: estimated to be off by 0.6; train longer")
    settles = "it may be off by 0.6, as training has not settled, and by some 0.05 by noise"
    assert found.doubts == {"k": settles}
    assert (found.notes, found.standard_errors) == ((), {})


def test_an_answer_that_noise_has_moved_far_is_warned_of_all_the_same(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    for found in (
        with_noise(replace(noisy(), relative=0.3), monkeypatch),
        with_noise(noisy(), monkeypatch, in_waves=0.3),
    ):
        (line,) = found.warnings
        assert line.startswith(
            "estimated error 30%: the answer is not to be trusted; the noise of the observations "
            "alone leaves the fields open by 30%, as backward in time, or far from"
        )
        assert (found.notes, found.standard_errors) == ((), {})
        assert found.doubts == {"k": "the answer is not to be trusted"}


def test_noise_is_part_of_an_error_that_the_equations_explain(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """A backward answer's residuals are small, whatever it was in the beginning."""
    equations = Estimate(0.03, {"u": 0.03, "v": 0.3}, left=0.1)
    found = with_noise(None, monkeypatch, equations, in_waves=0.04)
    assert found.error_estimate == pytest.approx(0.05)
    assert found.by_field == pytest.approx({"u": 0.05, "v": 0.5})  # larger alike
