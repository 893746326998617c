"""The cases' figures, from runs that nobody did."""

import pytest

from experiments.benchmarks.figures import Figure
from experiments.training import cases, comparison, settings
from experiments.training.runs import Runs, Task, WarmUp, tasks
from tests.training_experiments.made_up import burgers, run

METHODS = comparison.METHODS
WHOLE = f"{settings.POOL}: relative L2 after {settings.BUDGETS['burgers']:g} s"


def figures(name: str, runs: Runs) -> dict[str, Figure]:
    return {figure.figure: figure for figure in cases.load(name).measure(runs).figures}


def test_the_cases_of_training_come_first() -> None:
    assert cases.names()[:5] == ["single", "warm_up", "burgers", "l_shape", "helmholtz"]
    assert len(set(cases.names())) == len(cases.names())


@pytest.mark.parametrize("name", cases.names())
def test_every_case_asks_a_question_and_can_do_without_runs(name: str) -> None:
    case = cases.load(name)
    assert case.question.endswith("?")
    if case.runs:
        assert case.measure({}).figures == []


def test_an_unknown_case_is_told_with_the_known_ones() -> None:
    with pytest.raises(ValueError, match=r"'fast': no such case; expected some of single, "):
        cases.load("fast")


def test_each_comparison_needs_every_method_and_the_default_with_every_seed() -> None:
    needed = cases.load("l_shape").runs
    thorough = [method for method in METHODS if method in settings.THOROUGH]
    others = [method for method in METHODS if method not in settings.THOROUGH]
    assert settings.POOL in thorough
    assert settings.DEEPXDE in others
    assert len(needed) == len(set(needed))
    assert set(needed) == {
        *(Task("poisson_l_shape", one, seed) for one in thorough for seed in settings.SEEDS),
        *(Task("poisson_l_shape", method, settings.SEEDS[0]) for method in others),
    }
    assert all(task.budget == settings.BUDGETS["poisson_l_shape"] for task in needed)


def test_comparison_takes_medians_and_their_ratio() -> None:
    ours = dict(zip(settings.SEEDS, (3e-5, 2e-5, 9e-3), strict=True))
    runs = {
        task: run(task, [1.0, 6e-4 if task.method == settings.DEEPXDE else ours[task.seed]])
        for task in tasks("burgers", METHODS)
    }
    found = figures("burgers", runs)
    error = found[WHOLE]
    assert (error.value, error.target, error.met) == (3e-5, 1e-4, True)
    others = [f for f in found.values() if f.target is None]
    assert len(others) == len(METHODS) - 1
    ratio = found["DeepXDE's error over ours"]
    assert ratio.value == pytest.approx(20)
    assert (ratio.target, ratio.better) == (1, "higher")


def test_without_the_rival_there_is_no_ratio() -> None:
    found = figures("burgers", {burgers(): run(burgers(), [1.0, 0.5])})
    assert list(found) == [WHOLE]


def test_one_network_is_looked_at_twice() -> None:
    task = burgers(settings.ONE)
    assert task.budget == settings.ONE_BUDGET
    # Six points: the second is known after 60 s.
    found = figures("single", {task: run(task, [1, 3e-5, 2e-5, 1e-5, 1e-5, 2e-6])})
    assert [(f.figure, f.value, f.target) for f in found.values()] == [
        ("relative L2 after 60 s", 3e-5, 1e-4),
        ("relative L2 after 180 s", 2e-6, 1e-5),
    ]


def test_experts_are_counted_at_the_end_of_the_warm_up_or_at_its_time() -> None:
    rows = [WarmUp(100.0, 24, 6, 0.75), WarmUp(230.0, 24, 18, 0.05), WarmUp(250.0, 24, 24, 0.01)]
    found = figures("warm_up", {burgers(): run(burgers(), [1.0], rows)})
    share = found["share of experts under 0.1"]
    assert (share.value, share.target, share.better) == (0.75, 0.5, "higher")
    assert found["seconds until then"].value == 230
    assert found["relative L2 of the median expert"].value == 0.05
