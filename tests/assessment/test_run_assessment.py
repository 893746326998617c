"""What a run's user is told: of trivial answers, large errors, nothing learnt, and of nothing."""

from dataclasses import replace

import pytest
import torch

from nas.assessment import explain
from nas.assessment import run_assessment as module
from nas.assessment.error_estimate import Estimate
from nas.assessment.noise_fit import Fit
from nas.assessment.noise_spread import Spread
from nas.assessment.run_assessment import assess, combined
from nas.problems import Box, Condition, Problem
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
    sampler = Sampler(problem, COUNTS, "sobol", seed=0)
    found = None if error is None else Estimate(error, {"u": error}, left=0.1)
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(module, "estimate", lambda *_, **__: found)
        return list(assess(problem, sampler, result).warnings)


def test_an_answer_no_better_than_a_line_is_told() -> None:
    (line,) = told(BEND, ended(BEND, 1.0, loss=3.9))
    assert line.startswith("the answer is no better than the best ")
    assert line.endswith("held-out loss 3.9e+00, without any training 4.0e+00")


def test_an_answer_that_is_flat_is_told_though_its_loss_is_lower() -> None:
    (line,) = told(BEND, ended(BEND, 1e-12, loss=0.5, level=1.0))
    assert line == "the answer is constant or affine, which does not solve the problem"


def test_a_good_answer_is_left_alone() -> None:
    assert told(BEND, ended(BEND, 1.0, loss=1e-6)) == []


@pytest.mark.parametrize("level", [0.0, 3.0])
def test_a_solution_that_is_zero_or_constant_is_left_alone(level: float) -> None:
    problem = replace(LEVEL, conditions=[Condition(("t_min", "t_max"), lambda u: u - level)])
    assert told(problem, ended(problem, 1e-12, loss=1e-9, individual=1e-7, level=level)) == []


def test_nothing_learnt_in_the_warm_up_is_told() -> None:
    (line,) = told(BEND, ended(BEND, 1.0, loss=1.0, individual=3.8))
    assert line.startswith("nothing was learnt in the warm-up: the best expert's loss, 3.8e+00,")


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
