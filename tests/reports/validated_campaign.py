"""A validated campaign whose errors are given."""

from pathlib import Path

from nas.campaign.records import Records
from tests.reports.synthetic_campaign import Campaign, expert, run_row, single, subset

GRID = [("sine", 2, 16), ("sine", 3, 16), ("tanh", 2, 16), ("tanh", 3, 16)]
ATTEMPT = {
    "trial": 0, "repetition": 0, "attempt": 0, "started": "2026-03-01T10:00:00Z", "seconds": 20.0,
    "from_step": 0, "to_step": 9, "ending": "completed", "device": "cpu", "threads": 1,
    "machine": "a", "processor": "A processor", "platform": "Linux", "versions": "{}",
}  # fmt: skip


def made(
    folder: Path,
    selected: tuple[float, ...] = (0.02,),
    others: tuple[float, ...] = (0.01, 0.03, 0.04, 0.05),
) -> Records:
    """A run for each of ``selected``, with an error of 0.01 and a pool of four."""
    campaign = Campaign()
    for repetition, error in enumerate(selected):
        run = f"0000-{repetition}"
        keys = {"repetition": repetition}
        campaign.tables["runs"].append(run_row(run, relative_l2=0.01, evaluations=2000, **keys))
        campaign.tables["attempts"].append(ATTEMPT | {"run": run} | keys)
        for index, (activation, depth, width) in enumerate(GRID):
            levels = {"activation": activation, "depth": depth, "width": width}
            outcome = "survived" if index < 2 else "dropped"
            known = {"individual_loss": 0.1 * (index + 1), "importance": 0.4 - 0.1 * index}
            known |= {"leave_one_out": 2.0 - 0.1 * index}
            row = expert(run, index, outcome, 900 - index, **levels, **keys, **known)
            campaign.tables["experts"].append(row)
            alone = single(GRID[index], 0.02 * (index + 1), **keys)
            campaign.tables["singles"].append(alone)
        for kind, value in (("selected", error), ("best", 0.04), ("all", 0.005), ("longest", 0.1)):
            campaign.tables["subsets"].append(subset(run, kind, value, **keys))
        for number, value in enumerate(others):
            campaign.tables["subsets"].append(subset(run, "random", value, number, **keys))
    return campaign.records(folder)
