"""How many more trials a minute do two workers do than one?

A campaign on Burgers' equation of 12 trials of 8 experts, 400 steps of Adam each without
fine-tuning, one thread a worker; the start of the workers counts. Medians of 2 rounds in turn.
"""

import tempfile
from functools import partial
from pathlib import Path
from statistics import median

from experiments.harness.figures import Findings
from experiments.harness.timing import seconds_of
from nas.campaign import campaign, config

FILE = Path(__file__).with_suffix(".yaml")
ROUNDS = 2
NAMES = {1: "one worker", 2: "two workers"}


def measure(findings: Findings) -> None:
    """The same campaign with one worker and with two, in turn, from start to end."""
    trials = config.load(FILE).trials
    rates: dict[int, list[float]] = {workers: [] for workers in NAMES}
    for _ in range(ROUNDS):
        for workers, found in rates.items():
            found.append(60 * trials / seconds_of(partial(search, workers)))
    for workers, found in rates.items():
        findings.add(NAMES[workers], median(found), "trials/min", "higher")
    ratio = median(two / one for one, two in zip(rates[1], rates[2], strict=True))
    findings.add("two workers over one", ratio, "", "higher", 1.8)


def search(workers: int) -> None:
    """The whole campaign with so many workers."""
    with tempfile.TemporaryDirectory() as folder:
        campaign.search(config.load(FILE, [f"parallel.workers={workers}"]), Path(folder))
