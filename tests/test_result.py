"""What a campaign has found, from Python."""

import subprocess
import sys
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
import pytest
import torch

import nas
from nas.reports import example
from nas.search_spaces import SearchSpace

TRAINING = {
    "warm_up": {"iterations": 5, "points": {"interior": 40, "boundary": 4}},
    "steps": 25,
    "points": {"interior": 40, "boundary": 4},
    "fine_tuning": {"iterations": 5},
}
SETTINGS: dict[str, Any] = {
    "gate": {"depth": 0},
    "tune": {"m": 2, "p": 0.5, "threshold": 0.5},
    "trials": 1,
    "training": TRAINING,
    "parallel": {"engine": "serial"},
}
bend = nas.Problem(
    name="bend",
    domain=nas.Box(x=(0, 1)),
    residual=lambda u, x: u.xx + torch.pi**2 * torch.sin(torch.pi * x),
    conditions=[nas.Condition(("x_min", "x_max"), lambda u: u)],
    solution=lambda x: np.sin(np.pi * x),
)
space = SearchSpace.grid(activations=["sine", "tanh"], depths=[1], widths=[4])


@pytest.fixture(scope="module")
def result(tmp_path_factory: pytest.TempPathFactory) -> nas.Result:
    """A campaign of one short run, on a problem that stands in no file."""
    return nas.search(bend, space, out=tmp_path_factory.mktemp("runs") / "bend", **SETTINGS)


def test_a_search_returns_what_is_recommended(result: nas.Result) -> None:
    best = result.recommended
    assert best.run == "0000-0"
    assert best.experts_after == len(result.survivors)
    assert 0 < best.relative_l2 < 2


def test_it_exports_and_loads(result: nas.Result, tmp_path: Path) -> None:
    result.export(tmp_path / "model")
    network = nas.load(tmp_path / "model")
    x = torch.linspace(0, 1, 1001, dtype=torch.float64).unsqueeze(-1)
    u = network(x)[:, 0].detach().numpy()
    truth = np.sin(np.pi * x[:, 0].numpy())
    error = np.linalg.norm(u - truth) / np.linalg.norm(truth)
    assert error == pytest.approx(float(result.recommended.relative_l2), rel=0.02)


def test_its_network_is_that_of_its_export_and_nothing_is_written(result: nas.Result) -> None:
    before = sorted(result.folder.rglob("*"))
    u, x = result.network, np.linspace(0, 1, 1001)
    assert sorted(result.folder.rglob("*")) == before
    assert result.network is u
    truth = np.sin(np.pi * x)
    error = np.linalg.norm(u(x=x) - truth) / np.linalg.norm(truth)
    assert error == pytest.approx(float(result.recommended.relative_l2), rel=0.02)
    assert result.errors() == {"u": pytest.approx(error, rel=0.02)}
    second = u.d("xx")(x=x)
    step = np.diff(u(x=x), 2) / np.diff(x)[0] ** 2
    np.testing.assert_allclose(step, second[1:-1], atol=1e-3 * np.abs(second).max())


def test_each_of_its_figures_is_drawn_by_its_name(result: nas.Result) -> None:
    assert {"solution_u", "error_u", "residual", "front", "learning_curves"} <= set(result.figures)
    main = result.plot()
    assert [line.get_label() for line in main.axes[0].lines] == ["prediction", "reference"]
    assert main._repr_png_().startswith(b"\x89PNG")
    assert result.plot("error").axes[0].get_ylabel() == "|u − reference|"
    with pytest.raises(nas.UserError, match=r"^frontt: no such picture .*; did you mean front\?"):
        result.plot("frontt")


def test_its_trials_are_a_table(result: nas.Result) -> None:
    (row,) = result.table().to_dict("records")
    assert row["run"] == "0000-0"
    assert row["recommended"]
    assert row["relative_l2"] == result.recommended.relative_l2
    assert set(row["experts"].split(", ")) <= {"sine 1×4", "tanh 1×4"}
    assert row["seconds"] > 0


def test_small_numbers_are_shown_as_such() -> None:
    records = example.records()
    runs = records.runs.assign(held_out_loss=[1.7e-9, 1.6e-9, 9.0, np.nan], relative_l2=3.2e-12)
    tiny = nas.Result(replace(records, runs=runs))
    assert "held-out loss 1.60e-9, relative L2 3.20e-12" in repr(tiny)
    assert "<td>1.60e-9</td>" in tiny._repr_html_()
    shown = [line.split() for line in repr(tiny.recommended).splitlines()]
    assert ["held_out_loss", "1.60e-9"] in shown
    assert ["relative_l2", "3.20e-12"] in shown


def test_what_a_notebook_shows_needs_no_torch() -> None:
    program = (
        "import sys; from nas.reports import example, in_short;"
        "in_short.as_html(example.records());"
        "sys.exit('torch' in sys.modules)"
    )
    subprocess.run([sys.executable, "-c", program], check=True)


def test_it_is_opened_again(result: nas.Result) -> None:
    again = nas.open_campaign(result.folder)
    assert again.recommended.run == result.recommended.run


def test_an_ended_campaign_comes_back_at_once(result: nas.Result) -> None:
    again = nas.search(bend, space, out=result.folder, **SETTINGS)
    assert again.records.runs.equals(result.records.runs)


def test_without_a_completed_trial_nothing_is_recommended(tmp_path: Path) -> None:
    wild = {**SETTINGS, "training": {**TRAINING, "learning_rate": 1e30}}
    failed = nas.search(bend, space, out=tmp_path / "out", **wild)
    with pytest.raises(nas.UserError, match="expected a completed trial, got none"):
        _ = failed.recommended
    assert repr(failed).endswith("out': 1 trial; no trial completed, so none is recommended)")
    assert "no trial completed" in failed._repr_html_()
    assert failed.table().status.to_list() == ["failed"]
    with pytest.raises(nas.UserError, match="expected a recommended trial, but of 1 finished"):
        _ = failed.network
    with pytest.raises(nas.UserError, match="solution: no such picture of this campaign"):
        failed.plot()


def test_names_that_do_not_exist_are_attribute_errors() -> None:
    with pytest.raises(AttributeError, match="no attribute 'serch'"):
        nas.serch  # noqa: B018


def test_public_names_are_listed_and_each_is_there_without_torch_until_it_is_asked_for() -> None:
    listed = dir(nas)
    assert set(nas.__all__) <= set(listed)
    assert {"search", "load", "Problem", "Searcher", "__version__"} <= set(listed)
    assert all(hasattr(nas, name) for name in listed)
    program = "import sys, nas; sys.exit('search' not in dir(nas) or 'torch' in sys.modules)"
    subprocess.run([sys.executable, "-c", program], check=True)
