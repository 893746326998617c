import json
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from pydantic import ValidationError

from nas import search_spaces
from nas.calculus.activations import ACTIVATIONS
from nas.campaign.config import Campaign, build, load
from nas.campaign.ranges import Range
from nas.campaign.sections import FineTuning, Gate, Points, WarmUp, WarmUpPoints
from nas.errors import UserError

# The campaign file that the README and the command line's help promise, written out.
WHOLE = """
problem: poisson_l_shape
space: {activations: [sine, tanh, swish, softplus], depths: [2, 3], widths: [16, 32, 64]}
gate: {depth: 2, width: 16, activation: tanh}
tune: {m: [8, 24], p: [0.2, 0.9], threshold: [0.05, 0.5]}
trials: 12
seeds: 1
training:
  warm_up: {method: gauss_newton, iterations: 100, points: {interior: 256, boundary: 64}}
  steps: 600
  points: {interior: 1000, boundary: 300}
  learning_rate: 2.0e-3
  dtype: float32
  device: auto
  sampling: sobol
  fine_tuning: {iterations: 60}
parallel: {workers: 2, threads: 1}
storage: null
seed: 0
"""


def written(folder: Path, text: str) -> Path:
    path = folder / "quick.yaml"
    path.write_text(text, encoding="utf-8")
    return path


def test_defaults_are_the_whole_file(tmp_path: Path) -> None:
    assert load(written(tmp_path, WHOLE)) == build(problem="poisson_l_shape")


def test_everything_can_be_set(tmp_path: Path) -> None:
    text = """
problem: burgers
space: article_burgers
gate: {depth: 0, width: 1, activation: gelu}
tune: {m: 5, p: [1.5, 2], threshold: 1e-1}
trials: 1
seeds: 3
training:
  warm_up: {method: adam, iterations: 1, points: {interior: 1, boundary: 1}}
  steps: 1
  points: {interior: 1, boundary: 1}
  learning_rate: 2e-3
  dtype: float64
  device: cuda:1
  sampling: latin_hypercube
  fine_tuning: {iterations: 0}
parallel: {workers: 1, threads: 4}
storage: postgresql+psycopg://host/trials
seed: 4294967295
"""
    campaign = load(written(tmp_path, text))
    assert campaign.gate == Gate(depth=0, width=1, activation="gelu")
    assert campaign.tune.m == Range(5, 5)
    assert campaign.tune.m.fixed
    assert campaign.tune.p == Range(1.5, 2.0)
    assert not campaign.tune.p.fixed
    assert campaign.tune.threshold == Range(0.1, 0.1)
    assert campaign.training.learning_rate == 0.002
    assert campaign.training.warm_up == WarmUp(
        method="adam", iterations=1, points=WarmUpPoints(interior=1, boundary=1)
    )
    assert campaign.training.fine_tuning == FineTuning(iterations=0)
    assert campaign.parallel.threads == 4
    assert campaign.search_space() == search_spaces.load("article_burgers")


def test_space_written_out_is_a_grid() -> None:
    campaign = build(problem="x", space={"activations": ["sine"], "depths": [2], "widths": [8, 9]})
    assert [str(candidate) for candidate in campaign.search_space().candidates] == [
        "sine 2×8",
        "sine 2×9",
    ]


def test_wrong_file_is_told_by_its_name(tmp_path: Path) -> None:
    path = written(tmp_path, "problem: burgers\ntraining: {stepz: 3}\n")
    with pytest.raises(UserError) as caught:
        load(path)
    assert str(caught.value) == (
        f"{path}: training.stepz: unknown key; did you mean training.steps?"
    )


def test_overrides_change_single_keys(tmp_path: Path) -> None:
    path = written(tmp_path, WHOLE)
    changes = ["training.steps=500", "tune.p=5e-1", "storage=", "tune.m=[2, 3]", "seed=1", "seed=2"]
    campaign = load(path, changes)
    expected = json.loads(json.dumps(load(path).resolved()))
    expected["training"]["steps"] = 500
    expected["tune"] |= {"p": 0.5, "m": [2, 3]}
    expected["seed"] = 2
    assert campaign.resolved() == expected


def test_override_makes_a_section_that_the_file_lacks(tmp_path: Path) -> None:
    campaign = load(written(tmp_path, "problem: burgers"), ["training.points.interior=7"])
    assert campaign.training.points.interior == 7
    assert campaign.training.points.boundary == 300


def test_points_of_the_warm_up_keep_defaults_of_their_own(tmp_path: Path) -> None:
    path = written(tmp_path, "problem: burgers")
    training = load(path, ["training.warm_up.points.interior=7"]).training
    assert training.warm_up.points == WarmUpPoints(interior=7, boundary=64)
    assert training.points == Points(interior=1000, boundary=300)


@pytest.mark.parametrize(
    ("override", "message"),
    [
        ("training.steps", "expected key=value such as training.steps=500, got 'training.steps'"),
        ("=3", "expected key=value such as"),
        ("training..steps=3", "expected key=value such as"),
        ("training.stepz=3", "--set training.stepz: unknown key; did you mean training.steps?"),
        ("seed.x=3", "--set seed.x: unknown key; seed has no keys, set it as a whole"),
        (
            "training.steps=many",
            "--set training.steps: expected an integer from 1 to 100000000, got",
        ),
        ("training={stepz: 3}", "--set training.stepz: unknown key; did you mean training.steps?"),
        ("tune.p=1", "--set tune.p: expected a number above 0 other than 1"),
        ("space.depths=[2, 0]", "--set space.depths[1]: expected an integer from 1 to 64, got 0"),
        ("tune.m=[3", "--set tune.m: line 1: not YAML"),
    ],
)
def test_wrong_override_is_told_as_such(tmp_path: Path, override: str, message: str) -> None:
    with pytest.raises(UserError) as caught:
        load(written(tmp_path, WHOLE), [override])
    assert str(caught.value).startswith("--set ")
    assert message in str(caught.value)
    assert "\n" not in str(caught.value)


def test_override_below_a_name_is_refused(tmp_path: Path) -> None:
    path = written(tmp_path, "problem: burgers\nspace: full_grid\n")
    with pytest.raises(
        UserError, match=r"--set space\.depths: space is 'full_grid', without keys; "
    ):
        load(path, ["space.depths=[2]"])


def test_file_and_override_are_told_apart(tmp_path: Path) -> None:
    path = written(tmp_path, "problem: burgers\ntrials: 0\n")
    with pytest.raises(UserError) as caught:
        load(path, ["seeds=0"])
    first, second = str(caught.value).splitlines()
    assert first.startswith(f"{path}: trials: ")
    assert second.startswith("--set seeds: ")


def test_problem_path_is_seen_from_the_file_and_an_override_from_the_shell(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    elsewhere = tmp_path / "elsewhere"
    elsewhere.mkdir()
    monkeypatch.chdir(elsewhere)
    monkeypatch.setenv("HOME", str(tmp_path))
    path = written(tmp_path, "problem: ./heat.py")
    assert load(path).problem == str(tmp_path / "heat.py")
    assert load("../quick.yaml").problem == str(tmp_path / "heat.py")
    assert load(path, ["problem=heat.py"]).problem == str(elsewhere / "heat.py")
    assert load(path, ["problem=~/heat.py"]).problem == str(tmp_path / "heat.py")
    assert build(problem="../heat.py").problem == str(tmp_path / "heat.py")
    assert build(problem="heat").problem == "heat"


def numbers(low: float, high: float) -> st.SearchStrategy[Any]:
    inside = st.floats(low, high, exclude_min=True, exclude_max=True, allow_subnormal=False)
    return st.one_of(inside, st.tuples(inside, inside).map(lambda ends: sorted(ends)))


campaigns = st.fixed_dictionaries(
    {"problem": st.sampled_from(["burgers", "/somewhere/heat.py"])},
    optional={
        "space": st.one_of(
            st.sampled_from(search_spaces.names()),
            st.fixed_dictionaries(
                {
                    "activations": st.lists(
                        st.sampled_from(list(ACTIVATIONS)), min_size=1, unique=True
                    ),
                    "depths": st.lists(st.integers(1, 9), min_size=1, unique=True),
                }
            ),
        ),
        "tune": st.fixed_dictionaries(
            {},
            optional={
                "m": st.one_of(
                    st.integers(2, 99),
                    st.tuples(st.integers(2, 9), st.integers(9, 99)),
                ),
                "p": st.one_of(numbers(0, 1), numbers(1, 10)),
                "threshold": numbers(0, 1),
            },
        ),
        "parallel": st.fixed_dictionaries({"threads": st.none() | st.integers(1, 64)}),
        "storage": st.none() | st.just("sqlite:///trials.db"),
        "seed": st.integers(0, 2**32 - 1),
    },
)


@settings(max_examples=60, deadline=None, derandomize=True)
@given(campaigns)
def test_resolved_configuration_comes_back_from_json(chosen: dict[str, Any]) -> None:
    campaign = build(**chosen)
    resolved = json.loads(json.dumps(campaign.resolved(), allow_nan=False))
    assert resolved == campaign.resolved()
    assert Campaign.from_resolved(resolved) == campaign
    assert Campaign.from_resolved(resolved).resolved() == resolved


def test_one_number_and_a_range_of_one_number_are_the_same_campaign() -> None:
    one = build(problem="burgers", tune={"m": 8, "p": 2})
    other = build(problem="burgers", tune={"m": [8, 8], "p": [2.0, 2]})
    assert one.resolved() == other.resolved()
    assert one.resolved()["tune"]["m"] == 8


def test_damaged_resolved_configuration_is_refused() -> None:
    resolved = build(problem="burgers").resolved()
    with pytest.raises(
        UserError, match="trials: expected an integer from 1 to 100000, got 'twelve'"
    ):
        Campaign.from_resolved({**resolved, "trials": "twelve"})


def test_identity_leaves_out_how_much_and_on_what() -> None:
    one = build(problem="burgers")
    other = build(
        problem="burgers",
        trials=99,
        seeds=1,
        parallel={"workers": 7},
        storage="sqlite:///trials.db",
    )
    assert one.identity() == other.identity()
    short, long = (build(problem="burgers", budget=budget) for budget in (60, 300))
    assert short.identity() == long.identity()
    assert one.identity() != build(problem="burgers", seeds=2).identity()
    assert one.identity().keys() == one.resolved().keys() - {
        "budget",
        "trials",
        "parallel",
        "storage",
    }


def test_a_budget_is_seconds_in_the_record_and_old_records_have_none() -> None:
    resolved = build(problem="burgers", budget="1 h 30 min").resolved()
    assert resolved["budget"] == 5400
    assert Campaign.from_resolved(resolved).budget == 5400
    old = {key: value for key, value in resolved.items() if key != "budget"}
    assert Campaign.from_resolved(old).budget is None
    assert build(problem="burgers").resolved()["budget"] is None


@pytest.mark.parametrize(
    ("settings", "seeds"),
    [
        ({}, 1),
        ({"parallel": {"workers": 4}}, 1),
        ({"seeds": None}, 1),
        ({"budget": "60s"}, 2),
        ({"budget": None, "seeds": 3}, 3),
        ({"budget": "60s", "seeds": None, "parallel": {"workers": 4}}, 4),
        ({"budget": "60s", "seeds": 3, "parallel": {"workers": 4}}, 3),
    ],
)
def test_seeds_follow_the_workers_where_there_is_a_budget(
    settings: dict[str, Any], seeds: int
) -> None:
    campaign = build(problem="burgers", **settings)
    assert campaign.seeds == seeds
    assert campaign.resolved()["seeds"] == seeds
    assert Campaign.from_resolved(campaign.resolved()) == campaign


def test_only_seeds_that_were_not_given_are_those_of_the_folder() -> None:
    there = build(problem="burgers", budget=60)
    more: dict[str, Any] = {"problem": "burgers", "parallel": {"workers": 8}}
    for here in (build(**more, budget=60), build(**more, budget=60, seeds=None)):
        assert here.going_on(there).seeds == 2
    for here in (build(**more, budget=60, seeds=8), build(**more)):
        assert here.going_on(there) == here


@pytest.mark.parametrize(
    ("training", "keys"),
    [
        ({"steps": 600}, "training.steps"),
        ({"warm_up": {"iterations": 5}}, "training.warm_up.iterations"),
        (
            {"fine_tuning": {"iterations": 0}, "steps": 5},
            "training.steps, training.fine_tuning.iterations",
        ),
    ],
)
def test_a_budget_and_iterations_are_either_or(training: dict[str, Any], keys: str) -> None:
    both = f"^{keys}: expected either iterations or a budget, which decides on them, got both"
    with pytest.raises(UserError, match=both):
        build(problem="burgers", budget=60, training=training)
    assert build(problem="burgers", budget=None, training=training).budget is None
    assert build(problem="burgers", budget=60, training={"points": {"interior": 9}}).budget == 60


def test_a_budget_is_told_as_it_was_typed(tmp_path: Path) -> None:
    path = written(tmp_path, "{problem: burgers, budget: 1 min, training: {steps: 3}}")
    for overrides, budget, told in [
        ([], None, f"{path}: training.steps: expected either"),
        (["training.steps=4"], "5m", "--set training.steps: expected either"),
        ([], "5 parsecs", "--budget: expected at least 10 s and at most a year"),
        (["budget=0"], None, "--set budget: expected at least 10 s and at most a year"),
    ]:
        with pytest.raises(UserError) as caught:
            load(path, overrides, budget)
        assert str(caught.value).startswith(told)
        assert "\n" not in str(caught.value)
    path = written(tmp_path, "{problem: burgers, budget: 1 min}")
    assert load(path).budget == 60
    assert load(path, ["budget=2m"]).budget == 120
    assert load(path, ["budget=2m"], "3m").budget == 180


def test_campaign_is_frozen() -> None:
    with pytest.raises(ValidationError, match="frozen"):
        build(problem="burgers").trials = 3
