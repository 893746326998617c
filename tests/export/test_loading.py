import json
import os
import shutil
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
import safetensors.torch
import torch

from nas.errors import UserError
from nas.export import Exported, load, loading
from nas.export.seal import sealed


@pytest.fixture
def folder(exported: Exported, tmp_path: Path) -> Path:
    return Path(shutil.copytree(exported.folder, tmp_path / "model"))


def _change(change: Callable[[dict[str, Any]], object]) -> Callable[[Path], None]:
    def spoil(folder: Path) -> None:
        told = json.loads((folder / "architecture.json").read_text(encoding="utf-8"))
        change(told)
        (folder / "architecture.json").write_text(json.dumps(sealed(told)), encoding="utf-8")

    return spoil


def _weights(change: Callable[[dict[str, torch.Tensor]], object]) -> Callable[[Path], None]:
    def spoil(folder: Path) -> None:
        state = safetensors.torch.load_file(folder / "weights.safetensors")
        change(state)
        safetensors.torch.save_file(state, folder / "weights.safetensors")

    return spoil


WAVES = {"activation": "sine", "depth": 1, "width": 30}
WRONG: dict[str, tuple[Callable[[Path], object], str]] = {
    "another format": (_change(lambda a: a.pop("format")), r"expected the description of an expor"),
    "newer version": (
        _change(lambda a: a.update(version=6)),
        r"version from 1 to 5, got 6; update",
    ),
    "no version": (_change(lambda a: a.pop("version")), r"format version from 1 to 5, got None"),
    "unknown key": (_change(lambda a: a.update(colour=1)), r"damaged.*\(colour: Extra inputs"),
    "width": (
        _change(lambda a: a["experts"][1]["candidate"].update(width=-3)),
        r"damaged or cut short \(experts\.1\.candidate: width=-3: expected an integer ≥ 1\)",
    ),
    "activation": (
        _change(lambda a: a["experts"][0]["candidate"].update(activation="sin")),
        r"experts\.0\.candidate\.activation: expected one of sine, tanh",
    ),
    "unknown axis": (
        _change(lambda a: a["experts"][0]["candidate"].update(skips=2)),
        r"experts\.0\.candidate: expected a level of each axis, got .*'skips': 2",
    ),
    "gate's width": (
        _change(lambda a: a["gate"]["settings"].update(width=0)),
        r"\(gate: depth=2, width=0: expected integers ≥ 0 and ≥ 1\)",
    ),
    "gate's activation": (
        _change(lambda a: a["gate"]["settings"].update(activation="step")),
        r"\(gate: activation: expected one of sine, tanh.*, got 'step'\)",
    ),
    "gate's settings": (
        _change(lambda a: a["gate"]["settings"].update(colour=1)),
        r"\(gate: .*colour",
    ),
    "encoding": (
        _change(lambda a: a["experts"][0]["candidate"].update(encoding="periodic z")),
        r"\(experts\.0\.candidate\.encoding: expected .* one of x, t, got 'z' in 'periodic z'\)",
    ),
    "gate's encoding": (
        _change(lambda a: a["gate"].update(encoding="periodic z")),
        r"\(gate\.encoding: expected .* one of x, t, got 'z' in 'periodic z'\)",
    ),
    "gate's kind": (
        _change(lambda a: a["gate"].update(kind="fence")),
        r"\(gate: gate\.kind: expected one of .*perceptron.*, got 'fence'\)",
    ),
    "correction's width": (
        _change(lambda a: a.update(corrections=[{"candidate": WAVES | {"width": 0}}])),
        r"\(corrections\.0\.candidate: width=0: expected an integer ≥ 1\)",
    ),
    "correction's activation": (
        _change(lambda a: a.update(corrections=[{"candidate": WAVES | {"activation": "sin"}}])),
        r"\(corrections\.0\.candidate\.activation: expected one of sine, tanh",
    ),
    "correction without numbers": (
        _change(lambda a: a.update(corrections=[{"candidate": WAVES}])),
        r"corrections\.0\.layers\.0\.weight is missing",
    ),
    "half of the first version": (
        _change(lambda a: a.update(version=1)),
        r"damaged or cut short \(KeyError\('figures'\)\)",
    ),
    "piece of no field": (
        _change(
            lambda a: a["problem"]["pieces"].append({"field": "w", "piece": "air", "bounds": []})
        ),
        r"problem: pieces: expected u, p, got w",
    ),
    "bounds": (_change(lambda a: a["problem"]["bounds"].pop()), r"problem\.bounds: expected one"),
    "no gate": (_change(lambda a: a.update(gate=None)), r"gate: expected null for one expert"),
    "missing weight": (
        _weights(lambda s: s.pop("gate.layers.0.bias")),
        r"weights\.safetensors: expected the tensors.*gate\.layers\.0\.bias is missing; export",
    ),
    "unexpected weight": (
        _weights(lambda s: s.update(extra=torch.zeros(1))),
        r"but extra is unexpected",
    ),
    "other shape": (
        _weights(lambda s: s.update({"gate.layers.0.bias": torch.zeros(3)})),
        r"gate\.layers\.0\.bias is float32 \(3,\) instead of float64 \(7,\)",
    ),
    "other experts": (_change(lambda a: a["experts"].pop()), r"unexpected, experts.*, …;"),
    "no weights": (
        lambda folder: (folder / "weights.safetensors").unlink(),
        r"expected the weights beside architecture\.json, found no such file",
    ),
}


@pytest.mark.parametrize("name", ["architecture.json", "weights.safetensors"])
def test_nobody_waits_for_a_pipe(folder: Path, name: str) -> None:
    (folder / name).unlink()
    os.mkfifo(folder / name)
    with pytest.raises(UserError, match=rf"{name}: damaged .*expected a file, got a pipe"):
        load(folder)


@pytest.mark.parametrize("name", ["architecture.json", "weights.safetensors", "model.pt2"])
def test_nothing_far_too_large_is_read(folder: Path, name: str) -> None:
    os.truncate(folder / name, 50 * 10**9)  # without taking any room
    with pytest.raises(UserError, match=rf"{name}: damaged or cut short \(5.0e\+10 bytes\)"):
        load(folder)


@pytest.mark.parametrize("case", WRONG)
def test_folder_that_cannot_be_loaded(folder: Path, case: str) -> None:
    spoil, message = WRONG[case]
    spoil(folder)
    with pytest.raises(UserError, match=message) as error:
        load(folder)
    assert "\n" not in str(error.value)


@pytest.mark.parametrize("name", ["architecture.json", "weights.safetensors"])
def test_file_cut_short_at_any_byte_is_told(folder: Path, name: str) -> None:
    content = (folder / name).read_bytes()
    for size in [*range(0, len(content) - 1, 97), len(content) - 2]:
        (folder / name).write_bytes(content[:size])
        with pytest.raises(UserError, match=rf"{name}: damaged or cut short \(.+\); export"):
            load(folder)


def test_folder_that_is_no_export(tmp_path: Path) -> None:
    for folder in (tmp_path, tmp_path / "nowhere"):
        with pytest.raises(
            UserError, match=r"expected a folder that `nas export` wrote, found no arch"
        ):
            load(folder)


def test_description_that_is_no_object(folder: Path) -> None:
    (folder / "architecture.json").write_text("[1]")
    with pytest.raises(UserError, match="expected the description of an exported network"):
        load(str(folder))


def test_damaged_text(folder: Path) -> None:
    (folder / "architecture.json").write_bytes(b"\xff\xfe")
    with pytest.raises(UserError, match="damaged or cut short"):
        load(folder)


def _flipped(content: bytes, bit: int) -> bytes:
    changed = bytearray(content)
    changed[bit // 8] ^= 1 << bit % 8
    return bytes(changed)


@pytest.mark.parametrize("name", ["architecture.json", "weights.safetensors", "model.pt2"])
def test_a_flipped_bit_is_told(folder: Path, name: str) -> None:
    content = (folder / name).read_bytes()
    for part in range(1, 24):
        bit = part * 8 * len(content) // 24 + part % 8
        (folder / name).write_bytes(_flipped(content, bit))
        with pytest.raises(UserError, match=rf"{name}: .*; export the network again") as error:
            load(folder)
        assert "\n" not in str(error.value)


def test_files_of_another_export_are_told(folder: Path) -> None:
    path = folder / "weights.safetensors"
    state = safetensors.torch.load_file(path)
    state["gate.layers.0.bias"][0] += 1
    safetensors.torch.save_file(state, path)
    with pytest.raises(
        UserError, match=r"weights\.safetensors: .*\(changed after the export, as its"
    ):
        load(folder)


def test_what_somebody_wrote_into_the_card_is_said_and_no_error(
    folder: Path, caplog: pytest.LogCaptureFixture
) -> None:
    with (folder / "MODEL_CARD.md").open("a") as card:
        card.write("Used for the paper.")
    assert load(folder).fields == ("u", "p")
    (record,) = caplog.records
    assert record.getMessage().endswith(
        "MODEL_CARD.md: changed after the export, by hand or by damage"
    )


def test_two_files_are_enough(folder: Path, caplog: pytest.LogCaptureFixture) -> None:
    for name in ("MODEL_CARD.md", "model.pt2"):
        (folder / name).unlink()
    assert load(folder).fields == ("u", "p")
    assert not caplog.records


@pytest.mark.parametrize("axis", ["width", "depth"])
def test_sizes_are_compared_before_a_network_is_made(
    folder: Path, monkeypatch: pytest.MonkeyPatch, axis: str
) -> None:
    def make(*_: object) -> None:
        raise AssertionError("it was made")

    _change(lambda a: a["experts"][1]["candidate"].update({axis: 40_000}))(folder)
    monkeypatch.setattr(loading, "ExportedMixture", make)
    with pytest.raises(UserError, match=rf"experts\.1\.candidate has a {axis} of 40000, more than"):
        load(folder)


@pytest.mark.parametrize("name", ["../weights.safetensors", "/etc/passwd", ".."])
def test_only_files_of_the_folder_are_compared(folder: Path, name: str) -> None:
    _change(lambda a: a["files"].update({name: "0" * 64}))(folder)
    with pytest.raises(UserError, match=r"damaged or cut short \(files\..*should match pattern"):
        load(folder)


def test_what_is_no_number_is_told(folder: Path) -> None:
    with pytest.raises(UserError, match=r"points: expected numbers as a tensor, an array or a l"):
        load(folder)("here")
