import hashlib
import json
import shutil
import zipfile
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
import torch

from nas.calculus.jets import DerivativeSet
from nas.calculus.program import record
from nas.campaign import records
from nas.errors import UserError
from nas.export import (
    Exported,
    NotEquivalent,
    equivalence,
    export,
    exporting,
    format,
    load,
    network_of,
)
from nas.export.conversion import plain_state
from nas.export.proof import Proof
from nas.export.seal import lasting
from nas.mixture.mixture import Mixture
from nas.search_spaces.candidates import Candidate, levels_of
from tests.export import made_campaign
from tests.export.made_campaign import RUN
from tests.oracles import relative

FILES = {"architecture.json", "weights.safetensors", "model.pt2", "MODEL_CARD.md"}


def test_export_is_whole_and_proven(exported: Exported, trained: Mixture) -> None:
    assert {path.name for path in exported.folder.iterdir()} == FILES
    assert {exported.architecture, exported.weights, exported.program, exported.card} == set(
        exported.folder.iterdir()
    )
    assert (exported.run, exported.experts) == (RUN, 4)
    assert exported.parameters == trained.parameters_alive
    assert set(exported.differences) == {"u", "u.x", "u.t", "p", "p.x", "p.t"}
    assert exported.difference < 1e-12


def test_report_names_check_and_folder(tmp_path: Path) -> None:
    program = tmp_path / "model.pt2"
    proof = Proof({"u": 2e-16, "u.x": 3.5e-15}, points_per_second=1234567.0)
    one = Exported(tmp_path, program, RUN, 1, 4522, proof, {"model.pt2": 81234, "weights": 36})
    run, check, written, folder = one.lines()
    assert run == "run 0001-0: 1 expert, 4,522 parameters"
    assert check.startswith("checked: model.pt2, in a fresh process without this package")
    assert check.endswith("in values and first derivatives to 3.5e-15 (float64)")
    assert written == (
        "written: model.pt2 81.2 kB, weights 0.0 kB; model.pt2: 1,230,000 points a second, 4,096 "
        "at once on one core"
    )
    silent = replace(one, proof=Proof({"u": 1e-7}, "float32"))
    assert silent.lines()[1].endswith(
        "agrees with the trained mixture in values to 1.0e-07 (float32)"
    )
    assert silent.lines()[2] == "written: model.pt2 81.2 kB, weights 0.0 kB"
    assert folder == f"model: {tmp_path}"


def test_description_tells_all(exported: Exported) -> None:
    told = json.loads(exported.architecture.read_text(encoding="utf-8"))
    assert (told["format"], told["version"], told["dtype"]) == (
        "pinn-nas architecture", 5, "float64",
    )  # fmt: skip
    for name in ("name", "title", "equation", "coordinates", "fields", "bounds"):
        assert told["problem"][name] == made_campaign.PROBLEM[name]
    assert told["scaling"]["centre"] == [1.0, 0.05]
    assert told["gate"] == {
        "kind": "perceptron",
        "settings": {"depth": 2, "width": 7, "activation": "tanh"},
        "encoding": "raw",
    }
    assert told["experts"][0]["candidate"] == levels_of(made_campaign.POOL[4])
    assert {expert["index"]: expert["importance"] for expert in told["experts"]} == {
        index: 0.1 * index for index in (0, 2, 3, 4)
    }
    assert told["measured"]["relative_l2"] == 0.0123
    assert told["measured"]["experts_before"] == 5
    contents = {
        name: (exported.folder / name).read_bytes() for name in FILES - {"architecture.json"}
    }
    contents["MODEL_CARD.md"] = lasting(contents["MODEL_CARD.md"])
    assert told["files"] == {
        name: hashlib.sha256(content).hexdigest() for name, content in contents.items()
    }
    assert exported.sizes == {
        name: len(contents[name]) for name in ("model.pt2", "weights.safetensors")
    }


def test_loaded_network_is_the_mixture(exported: Exported, trained: Mixture) -> None:
    network = load(exported.folder)
    points = torch.rand(9, 2, dtype=torch.float64)
    expected = trained(points, DerivativeSet([], 2))[0]
    assert isinstance(network, torch.nn.Module)
    assert relative(network(points).detach(), expected.detach()) < 1e-14


WAVES = Candidate("sine", 1, 40, 0.5)


@pytest.mark.parametrize("drop", [[1], [0, 1, 2, 3]], ids=["gated", "single"])
def test_corrections_are_exported_proven_and_told(tmp_path: Path, drop: list[int]) -> None:
    trained = made_campaign.mixture(drop=drop, corrections=[WAVES, WAVES])
    campaign = made_campaign.write(tmp_path / "run", trained)
    made = export(campaign, tmp_path / "model")
    assert made.difference < 1e-12
    assert (made.experts, made.corrections) == (5 - len(drop), ("sine 1×40 ×0.5",) * 2)
    assert made.parameters == trained.parameters_learning + 2 * (2 * 40 + 40 + 40 * 2 + 2)
    assert " + corrected by sine 1×40 ×0.5, sine 1×40 ×0.5, " in made.lines()[0]

    told = json.loads(made.architecture.read_text(encoding="utf-8"))
    assert told["corrections"][1]["candidate"] == levels_of(WAVES)
    assert told["corrections"][1]["origin"].startswith("hidden layer as drawn; output layer solved")
    assert len(told["experts"]) == 5 - len(drop)
    card = made.card.read_text(encoding="utf-8")
    opening = "u(x) = u₁(x) + c(x)." if len(drop) == 4 else "uᵢ(x) + c(x) of 4 of them and its corr"
    assert opening in card
    assert "\n\n## Correction\n\nc(x) is added with the weight 1 everywhere, outside the" in card
    assert card.count("| 1 layer of 40 units with sine, whose first weights began 0.5 times") == 2

    network, points = load(made.folder), torch.rand(9, 2, dtype=torch.float64)
    expected = trained(points, DerivativeSet([], 2))[0].detach()
    assert relative(network(points).detach(), expected) < 1e-14
    again = load(made.folder).state_dict()
    assert all(torch.equal(again[name], value) for name, value in plain_state(trained).items())
    assert again.keys() == plain_state(trained).keys()


def test_without_corrections_nothing_is_said_of_them(exported: Exported) -> None:
    assert exported.corrections == ()
    assert "orrect" not in exported.card.read_text(encoding="utf-8")
    assert "correct" not in exported.lines()[0]


def _held(x: torch.Tensor) -> torch.Tensor:
    """A of u and of p, and B of both (B, 4): u is 3 at t = 0."""
    zero, time = 0 * x[:, 0], x[:, 1]
    return torch.stack([zero + 3, zero, time, zero + 1], 1)


def test_fields_are_in_their_own_units_and_coefficients_are_told(
    tmp_path: Path, trained: Mixture
) -> None:
    campaign = made_campaign.write(tmp_path / "run", trained)
    about = json.loads((campaign / "campaign.json").read_text())
    exact = record(
        lambda x: torch.stack([0 * x[:, 0] + 3, 0 * x[:, 0], x[:, 1], x[:, 1] + 1], 1),
        [(0, 1), (0, 1)],
    )
    about["problem"]["ansatz"] = {
        "fields": [
            {"field": "u", "offset": 0.0, "scale": 1e6, "exact": True},
            {"field": "p", "offset": 300.0, "scale": 0.5, "exact": False},
        ],
        "program": exact,
    }
    half = [[-1.0, 1.0], [0.0, 0.1]]
    about["problem"]["pieces"] = [{"field": "p", "piece": "air", "bounds": half}]
    (campaign / "campaign.json").write_text(json.dumps(about))
    rows = [
        dict.fromkeys(records.TABLES["unknowns"].names)
        | {"run": run, "trial": 1, "repetition": 0, "step": step, "name": "D", "value": value}
        for run, step, value in [(RUN, 0, 1.0), (RUN, 9, 0.25), ("0000-0", 9, 7.0)]
    ]
    path = campaign / "tables" / "unknowns.parquet"
    records.write_table(path, "unknowns", rows)
    exported = export(campaign, tmp_path / "model")
    assert exported.difference < 1e-12  # the program in a fresh process is the ansatz of the jets
    told = json.loads(exported.architecture.read_text(encoding="utf-8"))
    found = {"name": "D", "value": 0.25, "standard_error": None, "doubt": ""}
    assert told["unknowns"] == [found]
    card = exported.card.read_text(encoding="utf-8")
    assert "u = A(x) + B(x) · (1e+06 · N), where A and B, which the program knows, meet" in card
    assert "p = 300 + 0.5 · N" in card
    assert "0.25" in card
    assert (
        "outside that piece mean nothing:\n\n- p in the piece air (within the box x from -1" in card
    )
    assert told["problem"]["pieces"] == [{"field": "p", "piece": "air", "bounds": half}]
    points = torch.rand(5, 2, dtype=torch.float64)
    points[:, 1] = 0.0
    network = load(exported.folder)
    assert network(points)[:, 0].tolist() == [3.0] * 5
    assert (network.coordinates, network.fields) == (("x", "t"), ("u", "p"))
    assert network.unknown == {"D": 0.25}


def test_program_tells_nothing_of_the_machine(exported: Exported) -> None:
    with zipfile.ZipFile(exported.program) as archive:
        content = b"".join(archive.read(name) for name in archive.namelist())
    assert b"stack_trace" not in content
    for path in (Path(torch.__file__).parent, Path(exporting.__file__).parent, Path.home()):
        assert str(path).encode() not in content


def test_second_export_replaces_the_first_and_nothing_else(
    exported: Exported, campaign: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    destination = tmp_path / "model"
    shutil.copytree(exported.folder, destination)
    (destination / "MODEL_CARD.md").write_text("old")
    (destination / "notes.txt").write_text("mine")
    monkeypatch.setattr(format, "files", lambda: ("model.pt2", "model.old"))
    (destination / "model.old").write_text("of an earlier export in another format")
    monkeypatch.setattr(equivalence, "check", lambda *_: Proof({"u": 0.0}))
    again = export(campaign, destination, run=RUN)
    assert {path.name for path in destination.iterdir()} == {*FILES, "notes.txt"}
    assert again.card.read_text(encoding="utf-8").startswith("# A flow that never was")
    assert again.weights.read_bytes() == exported.weights.read_bytes()


@pytest.mark.parametrize("there_before", [True, False])
def test_without_equivalence_there_is_no_export(
    campaign: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, there_before: bool
) -> None:
    def fail(*_: Any) -> None:
        raise NotEquivalent("differs")

    destination = tmp_path / "deep" / "model"
    if there_before:
        destination.mkdir(parents=True)
    monkeypatch.setattr(equivalence, "check", fail)
    with pytest.raises(NotEquivalent, match="differs"):
        export(campaign, destination)
    assert list(tmp_path.rglob("*")) == ([destination.parent, destination] if there_before else [])


def _remove(path: str) -> Callable[[Path], None]:
    return lambda campaign: (campaign / path).unlink()


def _cut(path: str) -> Callable[[Path], None]:
    def cut(campaign: Path) -> None:
        content = (campaign / path).read_bytes()
        (campaign / path).write_bytes(content[: len(content) // 2])

    return cut


def _none_recommended(campaign: Path) -> None:
    path = campaign / "tables" / "trials.parquet"
    rows = records.read_rows(path, "trials")
    records.write_table(path, "trials", [row | {"recommended": False} for row in rows])


def _forget_bounds(campaign: Path) -> None:
    told = json.loads((campaign / "campaign.json").read_text())
    del told["problem"]["bounds"]
    (campaign / "campaign.json").write_text(json.dumps(told))


def _another_mixture(campaign: Path) -> None:
    line = made_campaign.PROBLEM | {"bounds": [[0.0, 1.0]]}
    made_campaign.save(
        campaign / "runs" / RUN / "mixture.safetensors", made_campaign.mixture(problem=line)
    )


MIXTURE = f"runs/{RUN}/mixture.safetensors"
WRONG: dict[str, tuple[Callable[[Path], None], str]] = {
    "no campaign": (_remove("campaign.json"), r"expected a campaign folder, found no campaign"),
    "no bounds": (_forget_bounds, r"campaign\.json: expected what a search writes.*'bounds'"),
    "no run yet": (_remove("tables/runs.parquet"), r"no run has finished yet"),
    "none recommended": (_none_recommended, r"expected a recommended trial, but of 2 finished"),
    "damaged table": (_cut("tables/trials.parquet"), r"trials\.parquet: damaged or cut short"),
    "no mixture": (_remove(MIXTURE), r"network of a finished run.*missing.*trains this run anew"),
    "damaged mixture": (_cut(MIXTURE), r"mixture\.safetensors: expected the network of a finished"),
    "another mixture": (_another_mixture, r"mixture\.safetensors: expected the network of a"),
}


@pytest.mark.parametrize("case", WRONG)
def test_campaign_that_cannot_be_exported(campaign: Path, tmp_path: Path, case: str) -> None:
    spoil, message = WRONG[case]
    copy = tmp_path / "campaign"
    shutil.copytree(campaign, copy)
    spoil(copy)
    with pytest.raises(UserError, match=message) as error:
        export(copy, tmp_path / "model")
    assert "\n" not in str(error.value)
    assert not (tmp_path / "model").exists()
    with pytest.raises(UserError, match=message):
        network_of(copy)


def test_the_network_in_memory_is_that_of_the_export(campaign: Path, exported: Exported) -> None:
    before = sorted(campaign.rglob("*"))
    made, loaded = network_of(campaign), load(exported.folder)
    assert sorted(campaign.rglob("*")) == before
    assert made.state_dict().keys() == loaded.state_dict().keys()
    points = torch.rand(7, 2, dtype=torch.float64)
    assert torch.equal(made(points), loaded(points))
    told = loaded.architecture.model_copy(update={"files": {}})
    assert made.architecture == told
    assert repr(made) == repr(loaded)
    with pytest.raises(UserError, match=r"0000-0 left no network \(diverged"):
        network_of(campaign, "0000-0")


def test_a_network_of_another_run_is_not_used(campaign: Path, tmp_path: Path) -> None:
    copy = Path(shutil.copytree(campaign, tmp_path / "campaign"))
    made_campaign.save(copy / "runs" / RUN / "mixture.safetensors", made_campaign.mixture())
    with pytest.raises(UserError, match=r"as its run recorded, got one of 5 experts"):
        network_of(copy)


def test_run_that_is_unknown_or_did_not_complete(campaign: Path, tmp_path: Path) -> None:
    with pytest.raises(UserError, match=rf"name of a finished run, got '1-0'; choose.*{RUN}"):
        export(campaign, tmp_path / "model", run="1-0")
    with pytest.raises(UserError, match=rf"0000-0 left no network \(diverged: loss nan.*{RUN}"):
        export(campaign, tmp_path / "model", run="0000-0")


def test_destination_with_other_files_is_refused(campaign: Path) -> None:
    with pytest.raises(
        UserError, match="an empty folder or an earlier export, got a folder with oth"
    ):
        export(campaign, campaign)


def test_what_the_run_was_warned_of_goes_along(campaign: Path, tmp_path: Path) -> None:
    folder = Path(shutil.copytree(campaign, tmp_path / "run"))
    runs = records.rows(folder, "runs")
    warning = "estimated error 97%: the answer is not to be trusted"
    for row in runs:
        row |= {"error_estimate": 0.967, "warnings": warning, "notes": "so"}
    records.write_table(folder / "tables" / "runs.parquet", "runs", runs)
    known = {"run": RUN, "trial": 1, "repetition": 0, "step": 9, "name": "D", "value": 0.25}
    row = dict.fromkeys(records.TABLES["unknowns"].names) | known | {"standard_error": 0.01}
    records.write_table(folder / "tables" / "unknowns.parquet", "unknowns", [row])
    exported = export(folder, tmp_path / "model")
    first, *told, checked, _, _ = exported.lines()
    assert (first[:10], checked[:8]) == ("run 0001-0", "checked:")
    assert told == [
        "  D found: 0.25 (no ±: the answer is not to be trusted)",
        "note: so",
        f"warning: {warning}",
    ]
    described = load(exported.folder).architecture
    measured = described.measured
    assert (measured.error_estimate, measured.warnings) == (0.967, (warning,))
    assert described.unknowns[0].standard_error is None
    assert f"- Warning: {warning}" in exported.card.read_text(encoding="utf-8")
    assert f"warning: {warning}" in repr(load(exported.folder))
