"""What a user is told, on the campaign's own keys."""

import math
from typing import Any

import pytest

from nas.calculus.activations import ACTIVATIONS
from nas.campaign.config import build
from nas.errors import UserError
from nas.training import warm_up

METHODS = ", ".join(warm_up.names())
SCHEDULE = [{"trials": 3, "pool": {"round 1": 12}, "race": {}}]


@pytest.mark.parametrize(
    ("settings", "line"),
    [
        ({"problem": 3}, "problem: expected the name of a problem or the path of a Python file"),
        ({"problem": ""}, "problem: expected the name of a problem or the path of a Python file"),
        ({"stepz": 3}, "stepz: unknown key; did you mean training.steps?"),
        ({"steps": 3}, "steps: unknown key; did you mean training.steps?"),
        ({"trails": 3}, "trails: unknown key; did you mean trials?"),
        ({"xyzzy": 3}, "xyzzy: unknown key; expected one of problem, budget, schedule, "),
        ({"gate": {"dept": 3}}, "gate.dept: unknown key; did you mean gate.depth?"),
        (
            {"training": {"fine_tuning": {"iteration": 1}}},
            "training.fine_tuning.iteration: unknown key; "
            "did you mean training.fine_tuning.iterations?",
        ),
        (
            {"training": {"fine_tuning": {"rounds": 5}}},
            "training.fine_tuning.rounds: unknown key; expected one of method",
        ),
        ({"space": {"depts": [2]}}, "space.depts: unknown key; did you mean space.depths?"),
        ({"tune": {"<<": 1}}, "tune.<<: unknown key; expected one of m, p, threshold"),
        ({"tune": {1: 1}}, "tune.1: unknown key; expected one of m, p, threshold"),
        ({"space": "full_gird"}, "got 'full_gird'; did you mean 'full_grid'?"),
        ({"space": 3}, "space: expected the name of a search space, or {activations, depths, wi"),
        (
            {"space": {"activations": ["sine", "tahn"]}},
            f"space.activations[1]: expected one of {', '.join(ACTIVATIONS)}, "
            "got 'tahn'; did you mean 'tanh'?",
        ),
        (
            {"space": {"activations": []}},
            "space.activations: expected a list of one or more, each once, of "
            f"{', '.join(ACTIVATIONS)}, got []",
        ),
        (
            {"space": {"depths": []}},
            "space.depths: expected a list of one or more integers from 1 to 64, each once, got []",
        ),
        ({"space": {"depths": [2, 2]}}, "integers from 1 to 64, each once, got [2, 2]"),
        ({"space": {"widths": 16}}, "integers from 1 to 10000, each once, got 16"),
        (
            {"space": {"widths": [16, -3]}},
            "space.widths[1]: expected an integer from 1 to 10000, got -3",
        ),
        ({"gate": 3}, "gate: expected keys and values: kind"),
        ({"gate": None}, "gate: expected keys and values: kind"),
        ({"gate": {"depth": -1}}, "gate.depth: expected an integer from 0 to 64, got -1"),
        ({"gate": {"depth": True}}, "gate.depth: expected an integer from 0 to 64, got true"),
        ({"gate": {"width": 0}}, "gate.width: expected an integer from 1 to 10000, got 0"),
        ({"gate": {"activation": 3}}, "gate.activation: expected one of sine, tanh, swish,"),
        (
            {"tune": {"m": 1}},
            "tune.m: expected an integer from 2 to 4096, or a range [low, high] of ",
        ),
        ({"tune": {"m": [1, 8]}}, "got [1, 8]"),
        ({"tune": {"m": [9, 8]}}, "with low ≤ high, got [9, 8]"),
        ({"tune": {"m": [2, 3, 4]}}, "got [2, 3, 4]"),
        ({"tune": {"m": 8.0}}, "got 8.0"),
        ({"tune": {"m": True}}, "got true"),
        (
            {"tune": {"p": 1.0}},
            "tune.p: expected a number above 0 other than 1, at most 100, or a range [low, high] "
            "of such on one side of 1 with low ≤ high, got 1.0",
        ),
        ({"tune": {"p": 1}}, "got 1"),
        ({"tune": {"p": 0}}, "got 0"),
        ({"tune": {"p": -0.5}}, "got -0.5"),
        ({"tune": {"p": [0.5, 1.5]}}, "got [0.5, 1.5]"),
        ({"tune": {"p": [0.5, 1]}}, "got [0.5, 1]"),
        ({"tune": {"p": [1, 2]}}, "got [1, 2]"),
        ({"tune": {"p": [0.9, 0.2]}}, "got [0.9, 0.2]"),
        ({"tune": {"p": math.nan}}, "got nan"),
        ({"tune": {"p": math.inf}}, "got inf"),
        ({"tune": {"p": 10**400}}, "got 1000"),
        ({"tune": {"p": "0.5"}}, "got '0.5'"),
        (
            {"tune": {"threshold": 0}},
            "tune.threshold: expected a number between 0 and 1 (both excluded), or a range "
            "[low, high] of such with low ≤ high, got 0",
        ),
        ({"tune": {"threshold": 1}}, "got 1"),
        ({"tune": {"threshold": [0.1, 1.0]}}, "got [0.1, 1.0]"),
        ({"tune": {"threshold": False}}, "got false"),
        ({"trials": 0}, "trials: expected an integer from 1 to 100000, got 0"),
        ({"seeds": 0}, "seeds: expected an integer from 1 to 1000, or null, got 0"),
        ({"seeds": "2"}, "seeds: expected an integer from 1 to 1000, or null, got '2'"),
        (
            {"budget": 0},
            "budget: expected at least 10 s and at most a year: a number of seconds, or a text "
            "such as 5 min, 300 s or 1 h 30 min, got 0",
        ),
        ({"budget": -300}, "got -300"),
        ({"budget": "9.9 s"}, "got '9.9 s'"),
        ({"budget": float("nan")}, "budget: expected at least 10 s and"),
        ({"budget": "5 parsecs"}, "got '5 parsecs'"),
        ({"budget": [300]}, "got [300]"),
        ({"budget": True}, "got true"),
        (
            {"training": {"steps": 1e3}},
            "steps: expected an integer from 1 to 100000000, got 1000.0",
        ),
        ({"training": {"points": {"boundary": 0}}}, "training.points.boundary: expected an integ"),
        ({"training": {"learning_rate": 0}}, "learning_rate: expected a number above 0, at"),
        ({"training": {"learning_rate": math.inf}}, "at most 1e30, got inf"),
        ({"training": {"learning_rate": math.nan}}, "at most 1e30, got nan"),
        (
            {"training": {"dtype": "float46"}},
            "training.dtype: expected one of float32, float64, got 'float46'; "
            "did you mean 'float64'?",
        ),
        ({"training": {"dtype": [1]}}, "training.dtype: expected one of float32, float64, got [1]"),
        ({"training": {"sampling": "random"}}, "expected one of sobol, latin_hypercube, got 'ran"),
        (
            {"training": {"device": "cuda:x"}},
            "training.device: expected auto, cpu, cuda or a numbered device such as cuda:0, "
            "got 'cuda:x'",
        ),
        ({"training": {"device": "cuda:٣"}}, "got 'cuda:٣'"),
        (
            {"training": {"devices": ["cpu", "cuda"]}},
            "training.devices[1]: expected cpu or a numbered device such as cuda:0, got 'cuda'",
        ),
        (
            {"training": {"devices": []}},
            "training.devices: expected null or a list of 1 to 16 devices such as "
            "[cuda:0, cuda:1], got []",
        ),
        ({"training": {"devices": ["cpu"] * 17}}, "expected null or a list of 1 to 16 devices"),
        ({"training": {"devices": "cpu"}}, "training.devices: expected null or a list of 1 to 16"),
        (
            {"training": {"device": "cpu", "devices": ["cpu", "cpu"]}},
            "training.devices: expected device: auto beside a list of devices, got cpu; "
            "leave out the one or the other",
        ),
        ({"training": {"device": "cpu\n"}}, r"got 'cpu\n'"),
        (
            {"training": {"fine_tuning": {"iterations": -1}}},
            "training.fine_tuning.iterations: expected an integer from 0 to 1000000, got -1",
        ),
        (
            {"training": {"warm_up": {"method": "lbfgs"}}},
            f"training.warm_up.method: expected one of {METHODS}, got 'lbfgs'",
        ),
        (
            {"training": {"warm_up": {"iterations": 0}}},
            "training.warm_up.iterations: expected an integer from 1 to 1000000, got 0",
        ),
        (
            {"training": {"warm_up": {"method": "gauss-newton"}}},
            f"training.warm_up.method: expected one of {METHODS}, got 'gauss-newton'; "
            "did you mean 'gauss_newton'?",
        ),
        (
            {"training": {"warm_up": {"points": {"interior": 0}}}},
            "training.warm_up.points.interior: expected an integer from 1 to 4096, got 0",
        ),
        ({"training": {"warm_up": 150}}, "keys and values: method, iterations, points, got 150"),
        ({"parallel": {"workers": 0}}, "workers: expected an integer from 1 to 1024, got 0"),
        (
            {"parallel": {"threads": 0}},
            "parallel.threads: expected an integer from 1 to 1024, or null to share the cores out, "
            "got 0",
        ),
        ({"storage": "trials.db"}, "storage: expected null or the URL of an Optuna storage such a"),
        ({"storage": 3}, "trials.db, got another value (not shown: it may hold a password)"),
        ({"seed": -1}, "seed: expected an integer from 0 to 4294967295, got -1"),
        ({"seed": 2**32}, "got 4294967296"),
        # The most that each number may be (see nas/campaign/limits.py).
        ({"problem": "x" * 4097}, "problem: expected the name of a problem or the path of a Pyth"),
        ({"tune": {"m": 10**20}}, "tune.m: expected an integer from 2 to 4096, or a range"),
        ({"tune": {"m": [2, 4097]}}, "got [2, 4097]"),
        ({"tune": {"p": 101}}, "at most 100, or a range [low, high] of such on one side of 1"),
        ({"trials": 100_001}, "trials: expected an integer from 1 to 100000, got 100001"),
        ({"seeds": 1001}, "seeds: expected an integer from 1 to 1000, or null, got 1001"),
        ({"budget": 366 * 86_400 + 1}, "at most a year: a number of seconds"),
        ({"budget": 1e300}, "at most a year: a number of seconds"),
        ({"budget": f"{10**12} h"}, "at most a year: a number of seconds"),
        ({"budget": "9" * 100_000 + "x"}, "at most a year: a number of seconds"),
        ({"training": {"steps": 10**30}}, "steps: expected an integer from 1 to 100000000, got 1"),
        ({"training": {"steps": 10**5000}}, "got what is too long to be shown"),
        ({"training": {"warm_up": {"iterations": 10**7}}}, "an integer from 1 to 1000000, got 1"),
        ({"training": {"fine_tuning": {"iterations": 10**7}}}, "from 0 to 1000000, got 10000000"),
        ({"training": {"points": {"interior": 10**12}}}, "from 1 to 1000000, got 1000000000000"),
        ({"training": {"points": {"boundary": 10**12}}}, "from 1 to 1000000, got 1000000000000"),
        ({"training": {"warm_up": {"points": {"boundary": 4097}}}}, "from 1 to 4096, got 4097"),
        ({"training": {"learning_rate": 1.1e30}}, "a number above 0, at most 1e30, got 1.1e+30"),
        ({"training": {"learning_rate": 10**400}}, "a number above 0, at most 1e30, got 1000"),
        ({"training": {"device": "cuda:100"}}, "numbered device such as cuda:0, got 'cuda:100'"),
        ({"training": {"device": f"cuda:{10**20}"}}, "numbered device such as cuda:0, got"),
        ({"parallel": {"workers": 1025}}, "workers: expected an integer from 1 to 1024, got 1025"),
        ({"parallel": {"threads": 10**6}}, "null to share the cores out, got 1000000"),
        ({"gate": {"depth": 65}}, "gate.depth: expected an integer from 0 to 64, got 65"),
        ({"gate": {"width": 10_001}}, "expected an integer from 1 to 10000, got 10001"),
        ({"space": {"depths": [10**6]}}, "depths[0]: expected an integer from 1 to 64, got 1000"),
        ({"space": {"widths": [10**6]}}, "widths[0]: expected an integer from 1 to 10000, got 1"),
        ({"space": {"scales": [1e7]}}, "scales[0]: expected a number above 0, at most 1000000"),
        ({"space": {"scales": [math.inf]}}, "scales[0]: expected a number above 0, at most 1000"),
        ({"space": {"scales": [math.nan]}}, "scales[0]: expected a number above 0, at most 1000"),
        ({"space": {"widths": list(range(1, 102))}}, "expected a list of one or more integers"),
        (
            {"space": {"depths": list(range(1, 65)), "widths": list(range(1, 101))}},
            "space: expected at most 10,000 candidates, got 25,600; leave out some levels",
        ),
        ({"seeds": 3, "schedule": 2 * SCHEDULE}, "seeds: expected at most 2, the repetitions of"),
        ({"schedule": [3]}, "schedule: expected null or the path of the schedule.json"),
        ({"schedule": []}, "schedule: expected null or the path of the schedule.json"),
        ({"schedule": 1001 * SCHEDULE}, "schedule: expected null or the path of the schedule"),
        ({"schedule": [SCHEDULE[0] | {"trials": 10**6}]}, "schedule: expected null or the path"),
        ({"schedule": [SCHEDULE[0] | {"pool": {"a": 10**10}}]}, "schedule: expected null or the"),
        # A storage: what is supported, and no password.
        (
            {"storage": "redis://me:secret@host"},
            "storage: expected a URL that begins with sqlite:, postgresql:, mysql: or mariadb:, "
            "got one with redis:; leave the key out to keep trials in --out",
        ),
        ({"storage": "postgresql://me:secret@host:port/db"}, "got another value (not shown: it"),
        ({"storage": "postgresql:/me:secret@host/db"}, "got another value (not shown: it may"),
        ({"storage": "postgresql://me:secret{@host/db"}, "got another value (not shown: it may"),
        ({"storage": {"password": "secret"}}, "got another value (not shown: it may hold a pas"),
        ({"storage": "sqlite:///" + 5000 * "x"}, "got another value (not shown: it may hold"),
    ],
)
def test_wrong_setting_is_one_clear_line(settings: dict[str, Any], line: str) -> None:
    with pytest.raises(UserError) as caught:
        build(**{"problem": "burgers", **settings})
    message = str(caught.value)
    assert line in message
    assert "\n" not in message
    assert len(message) < 400
    hidden = ("pydantic", "function", "Input", "<grid>", "secret")
    assert not any(word in message for word in hidden)


def test_several_wrong_settings_are_a_line_each() -> None:
    with pytest.raises(UserError) as caught:
        build(trials=0, tune={"m": 1}, gat={})
    assert str(caught.value).splitlines() == [
        "problem: missing; expected the name of a problem or the path of a Python file",
        "tune.m: expected an integer from 2 to 4096, or a range [low, high] of such with "
        "low ≤ high, got 1",
        "trials: expected an integer from 1 to 100000, got 0",
        "gat: unknown key; did you mean gate?",
    ]


def test_long_values_are_cut() -> None:
    with pytest.raises(UserError, match=r"got 'x{59}… \(942 characters more\)$"):
        build(problem="burgers", seed="x" * 1000)
