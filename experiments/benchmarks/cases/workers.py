"""How many more trials a minute do two workers do than one?"""

import tempfile
from functools import partial
from statistics import median
from typing import Any

import nas
from experiments.benchmarks.figures import Findings
from experiments.benchmarks.timing import seconds_of

TRIALS = 12
ROUNDS = 2
SETTINGS: dict[str, Any] = {
    # Trials of equal size, so that no worker waits for the other's last.
    "space": {
        "activations": ["sine", "tanh", "swish", "softplus"],
        "depths": [2, 3],
        "widths": [32],
    },
    "gate": {"depth": 2, "width": 32, "activation": "tanh"},
    "tune": {"m": 8},
    "training": {
        "warm_up": {
            "method": "adam",
            "iterations": 140,
            "points": {"interior": 1000, "boundary": 300},
        },
        "steps": 260,
        "points": {"interior": 1000, "boundary": 300},
        "fine_tuning": {"iterations": 0},
        "device": "cpu",
    },
}


def measure(findings: Findings) -> None:
    """The same campaign with one worker and with two, in turn, from start to end."""
    rates: dict[int, list[float]] = {1: [], 2: []}
    for _ in range(ROUNDS):
        for workers, found in rates.items():
            found.append(60 * TRIALS / seconds_of(partial(_campaign, workers)))
    for workers, found in rates.items():
        name = "one worker" if workers == 1 else "two workers"
        findings.add(name, median(found), "trials/min", "higher")
    ratio = median(two / one for one, two in zip(rates[1], rates[2], strict=True))
    findings.add("two workers over one", ratio, "", "higher", 1.8)
    findings.note(
        f"A campaign on Burgers' equation of {TRIALS} trials of 8 experts, "
        f"{_steps()} steps of Adam each without fine-tuning, one thread a worker; "
        f"the start of the workers counts. Medians of {ROUNDS} rounds in turn."
    )


def _steps() -> int:
    training = SETTINGS["training"]
    return int(training["warm_up"]["iterations"] + training["steps"])


def _campaign(workers: int) -> None:
    with tempfile.TemporaryDirectory() as folder:
        nas.search(
            "burgers",
            out=folder,
            trials=TRIALS,
            parallel={"workers": workers, "threads": 1},
            **SETTINGS,
        )
