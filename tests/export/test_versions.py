"""Exports of earlier versions, as these wrote them, give the numbers that they gave then.

``data/version_1`` was written by the first version, and ``expected.json`` are the values of the
``model.pt2`` beside it.
"""

import json
import shutil
from pathlib import Path

import pytest
import torch

from nas.errors import UserError
from nas.export import Exported, example, load
from nas.export.architecture import CorrectionDescription
from nas.export.architecture_file import read
from nas.export.seal import sealed
from nas.search_spaces.candidates import Candidate
from tests.oracles import relative

FIRST = Path(__file__).with_name("data") / "version_1"


def test_the_first_version_gives_the_same_numbers() -> None:
    expected = json.loads((FIRST / "expected.json").read_text())
    points = torch.tensor(expected["points"], dtype=torch.float64)
    values = torch.tensor(expected["values"], dtype=torch.float64)
    # Another processor adds up in another order: up to some units of the last digit.
    assert relative(load(FIRST)(points).detach(), values) < 1e-13


def test_the_first_version_is_read_in_the_words_of_the_last(tmp_path: Path) -> None:
    found = read(FIRST / "architecture.json")
    assert [(expert.index, expert.candidate) for expert in found.experts] == [
        (2, Candidate("sine", 2, 8)),
        (3, Candidate("gelu", 2, 16)),
    ]
    assert found.gate is not None
    assert found.gate.settings == {"depth": 2, "width": 16, "activation": "tanh"}
    assert (found.scaling.half_extent, found.measured.parameters_after) == ((1.0, 1.0), 796)
    shutil.copytree(FIRST, tmp_path / "again")
    (tmp_path / "again" / "architecture.json").write_text(found.text(), encoding="utf-8")
    assert read(tmp_path / "again" / "architecture.json") == found


@pytest.mark.parametrize(("version", "without"), [(2, ["corrections"]), (3, [])])
def test_versions_without_digests_are_loaded(
    exported: Exported, tmp_path: Path, version: int, without: list[str]
) -> None:
    folder = Path(shutil.copytree(exported.folder, tmp_path / "model"))
    told = json.loads(exported.architecture.read_text(encoding="utf-8"))
    for name in [*without, "files", "sha256"]:
        del told[name]
    (folder / "architecture.json").write_text(json.dumps(told | {"version": version}))
    (folder / "MODEL_CARD.md").write_text("without being known")
    now, then = load(exported.folder), load(folder)
    assert then.architecture.files == {}
    points = torch.rand(5, 2, dtype=torch.float64)
    assert torch.equal(then(points), now(points))


def test_digests_do_not_leave_with_the_number_of_the_version(
    exported: Exported, tmp_path: Path
) -> None:
    told = json.loads(exported.architecture.read_text(encoding="utf-8"))
    path = tmp_path / "architecture.json"
    path.write_text(json.dumps(told | {"version": 3}))
    with pytest.raises(UserError, match=r"damaged or cut short \(sha256: Extra inputs"):
        read(path)


def test_a_version_without_estimates_and_warnings_is_loaded(tmp_path: Path) -> None:
    told = json.loads(example.architecture().text()) | {"version": 4}
    told["unknowns"] = [{"name": "D", "value": 0.25}]
    for name in ("error_estimate", "warnings", "notes"):
        del told["measured"][name]
    del told["sha256"]
    path = tmp_path / "architecture.json"
    path.write_text(json.dumps(sealed(told)), encoding="utf-8")
    found = read(path)
    assert (found.measured.error_estimate, found.measured.warnings) == (None, ())
    assert (found.unknowns[0].standard_error, found.unknowns[0].doubt) == (None, "")


def test_a_description_with_corrections_comes_back(tmp_path: Path) -> None:
    waves = CorrectionDescription(candidate=Candidate("sine", 1, 30), origin="solved")
    corrected = example.architecture().model_copy(update={"corrections": (waves, waves)})
    path = tmp_path / "architecture.json"
    path.write_text(corrected.text(), encoding="utf-8")
    assert read(path) == corrected


def test_a_single_survivor_of_the_first_version_has_no_gate(tmp_path: Path) -> None:
    old = json.loads((FIRST / "architecture.json").read_text(encoding="utf-8"))
    old["gate"] = None
    del old["experts"][1:]
    path = tmp_path / "architecture.json"
    path.write_text(json.dumps(old), encoding="utf-8")
    assert read(path).gate is None
