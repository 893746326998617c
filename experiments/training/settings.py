"""What is compared: problems, methods, seeds, and how long each run may take."""

from collections.abc import Mapping
from typing import Any

SEEDS = (0, 1, 2)
ONE_SEED = (0,)  # of the methods that are not `THOROUGH`
THREADS = 1  # of every contestant
AT_ONCE = 2  # runs side by side, each on a core of its own

# Wall time of a run in seconds; the time of measuring the error is not counted.
BUDGETS: Mapping[str, float] = {"burgers": 480.0, "poisson_l_shape": 240.0, "helmholtz": 330.0}
ONE_BUDGET = 180.0  # of one network alone
LOOKS = 100  # at the error, evenly over a run's budget

# What the search's relative L2 error shall be at most when the budget is used up.
TARGETS: Mapping[str, float] = {"burgers": 1e-4, "poisson_l_shape": 5e-3, "helmholtz": 1e-6}

# What each method changes in the training of the pool.
POOL = "pool search"
ADAM = "Adam warm-up"
SEARCHES: Mapping[str, Mapping[str, Any]] = {
    POOL: {},
    ADAM: {"warm_up": {"method": "adam", "iterations": 200}},
}
# Of all of them, and longer than by default: here they have minutes.
LONG: Mapping[str, Any] = {"warm_up": {"iterations": 200}, "fine_tuning": {"iterations": 1000}}
DEEPXDE = "DeepXDE"
DEEPXDE_PLAIN = (
    "DeepXDE, 4×50 tanh"  # that network for every problem, also where a demo has another
)
ONE = "one network"
DEFAULTS = (POOL, ONE)
THOROUGH = (*DEFAULTS, ADAM)  # what the default is chosen by: all seeds

# The pool: 24 experts, one of each candidate; p and threshold within what is tuned by default.
SPACE: Mapping[str, Any] = {
    "activations": ["sine", "tanh", "swish", "softplus"],
    "depths": [2, 3],
    "widths": [16, 32, 64],
}
EXPERTS = 24
P, THRESHOLD = 0.7, 0.25

# The one network is that of DeepXDE's demo of Burgers' equation.
ONE_SPACE: Mapping[str, Any] = {"activations": ["tanh"], "depths": [3], "widths": [20]}

LEARNED = 0.1  # relative L2 error under which an expert has learned the problem
WARM_UP_SECONDS = 240.0  # after which experts are counted
ONE_LOOKS: Mapping[float, float] = {60.0: 1e-4, 180.0: 1e-5}  # seconds and target
