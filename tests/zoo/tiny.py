"""A tiny campaign on one problem: search, what a report tells of it, export. In this process.

It says that files are there and numbers finite, and nothing of accuracy.
"""

from pathlib import Path
from typing import Any

import numpy as np
import torch
from torch import Tensor

from experiments.zoo import __main__ as zoo
from nas import problems
from nas.campaign import campaign, config
from nas.campaign.records import Records
from nas.export.equivalence import TOLERANCE
from nas.export.exporting import Exported, export
from nas.export.format import Format
from nas.export.loading import load
from nas.reports import report

NAMES = problems.names()
FIRST, SECOND = NAMES[::2], NAMES[1::2]  # a file each, so that they run side by side

# Less than tiny.yaml asks for: every phase begins, and each ends at once.
SHORTER = (
    "training.warm_up.iterations=2",
    "training.steps=4",
    "training.fine_tuning.iterations=2",
    "training.points.interior=80",
    "training.points.boundary=40",
)


def searched(name: str, folder: Path) -> Records:
    """The records of a tiny campaign on the problem ``name``."""
    settings = config.load(zoo.HERE / "tiny.yaml", [f"problem={name}", *SHORTER])
    return campaign.search(settings, folder)


def answer_here(format: Format, program: Path, points: Tensor, timed: int = 0) -> dict[str, Any]:
    """As `nas.export.equivalence.run`, without the seconds that a process needs to begin."""
    loaded = format.load(str(program))
    fields, gradients = format.evaluate(loaded, points.tolist())
    first, _ = format.evaluate(loaded, points[:1].tolist())
    return {"fields": fields, "first_point": first, "gradients": gradients}


def assert_goes_through(name: str, folder: Path) -> None:
    """Search, read as a report does, and export the problem ``name``."""
    found = searched(name, folder / "campaign")
    assert_recorded(found, name)
    assert_reported(found, name)
    assert_exported(export(folder / "campaign", folder / "model"), name)


def assert_recorded(found: Records, name: str) -> None:
    """One run that completed, with a finite number wherever one is due."""
    problem = problems.load(name)
    (run,) = found.runs.to_dict("records")
    assert (run["status"], run["reason"]) == ("completed", "")
    assert found.campaign["problem"]["name"] == problem.name
    assert np.isfinite(run["held_out_loss"])
    assert np.isfinite(found.history.loss.dropna().astype(float)).all()
    assert list(found.fields.field) == list(problem.fields)
    assert np.isfinite(found.fields.relative_l2.astype(float)).all()
    last = found.estimates([run["run"]])
    assert list(last.name) == list(problem.unknown)
    assert np.isfinite(last.value.astype(float)).all()


def assert_reported(found: Records, name: str) -> None:
    """The answer's picture: a value wherever the truth has one, and a residual.

    A field of one piece of the domain is shown there alone.
    """
    problem, content = problems.load(name), report.of(found)
    assert content.best is not None
    assert content.map is not None
    assert content.map.fields == tuple(problem.fields)
    assert content.map.has_reference
    assert len(content.field_errors) == len(problem.fields)
    for one in content.map.slices:
        assert any(np.isfinite(one.values["residual.size"]).ravel())
        for field in problem.fields:
            shown = np.isfinite(one.values[field])
            known = np.isfinite(one.values[f"{field}.reference"])
            assert shown.any()
            assert field in problem.pieces or shown[known].all()


def assert_exported(exported: Exported, name: str) -> None:
    """The trained network by itself, which answers as the mixture did."""
    problem = problems.load(name)
    assert all(path.is_file() for path in (exported.program, exported.weights, exported.card))
    assert exported.difference <= TOLERANCE
    network = load(exported.folder)
    centre = torch.tensor(problem.domain.bounds, dtype=torch.float64).mean(-1, keepdim=True).T
    answer = network(centre)
    assert answer.shape == (1, len(problem.fields))
    assert answer.isfinite().all()
