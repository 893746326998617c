"""Exports of earlier versions, as these wrote them, give the numbers that they gave then.

``data/version_1`` was written by the first version, and ``expected.json`` are the values of the
``model.pt2`` beside it.
"""

import json
import shutil
from pathlib import Path

import torch

from nas.export import example, load
from nas.export.architecture import CorrectionDescription
from nas.export.architecture_file import read
from nas.search_spaces.candidates import Candidate
from tests.oracles import relative

FIRST = Path(__file__).with_name("data") / "version_1"


def test_the_first_version_gives_the_same_numbers() -> None:
    expected = json.loads((FIRST / "expected.json").read_text())
    points = torch.tensor(expected["points"], dtype=torch.float64)
    values = torch.tensor(expected["values"], dtype=torch.float64)
    assert relative(load(FIRST)(points).detach(), values) < 1e-14


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


def test_a_network_is_written_in_the_oldest_version_that_can_say_it() -> None:
    plain = example.architecture()
    waves = CorrectionDescription(candidate=Candidate("sine", 1, 30))
    corrected = plain.model_copy(update={"corrections": (waves,)})
    told, more = json.loads(plain.text()), json.loads(corrected.text())
    assert (told["version"], more["version"]) == (2, 3)
    assert more.keys() - told.keys() == {"corrections"}
    assert {name: of for name, of in more.items() if name in told} == told | {"version": 3}


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
