"""The ONNX program against the network, by onnxruntime; skipped where an extra is missing."""

import json
import re
import subprocess
import sys
from pathlib import Path

import pytest
import torch

from nas.errors import UserError
from nas.export import export
from nas.export.formats import onnx as format
from nas.mixture.gates.perceptron import GateSettings
from nas.search_spaces.candidates import Candidate
from tests.export import cooled_plate, made_campaign
from tests.export.exact_string import FACTS, at_start
from tests.export.test_network import CASES, facts, plain
from tests.oracles import relative

pytest.importorskip("onnx")
pytest.importorskip("onnxruntime")

# The sine of scale 10 behind an encoding takes arguments up to 120: one rounding of such an
# argument alone moves its value by 120 * eps / 2, 1.3e-14 in float64 and 7e-6 in float32.
DIGITS = {"float64": 1e-13, "float32": 1e-4}
SMOOTH = made_campaign.mixture(
    [
        Candidate("sine", 1, 6, 10.0, "fourier 2 x"),
        Candidate("softplus", 2, 5, encoding="fourier 2"),
        Candidate("swish", 2, 5, 0.5, "periodic x 2"),
    ],
    gate=GateSettings(1, 5, "swish"),
    corrections=[Candidate("sine", 1, 30, 0.5)],
)
NETWORKS = {
    "jumps between conditions": (
        made_campaign.mixture([Candidate("tanh", 2, 6)] * 2, problem=cooled_plate.FACTS),
        cooled_plate.FACTS,
    ),
    "encodings and a correction": (SMOOTH, made_campaign.PROBLEM),
    **{name: CASES[name] for name in ("a periodic gate", "one survivor")},
}


@pytest.mark.parametrize("case", NETWORKS)
@pytest.mark.parametrize("dtype", format.DTYPES)
def test_the_program_is_the_network_for_any_batch(tmp_path: Path, case: str, dtype: str) -> None:
    mixture, problem = NETWORKS[case]
    network = plain(mixture, facts(problem))
    (tmp_path / format.FILE).write_bytes(format.serialise(network, dtype))
    program = format.load(str(tmp_path / format.FILE))
    for batch in (1, 2, 100):
        points = torch.rand(batch, mixture.inputs).double()
        values, gradients = format.evaluate(program, points.tolist())
        got, expected = torch.tensor(values, dtype=torch.float64), network(points).detach()
        assert (got.shape, gradients) == ((batch, mixture.outputs), None)
        assert relative(got, expected) < DIGITS[dtype]


def test_fields_in_their_units_meet_exact_conditions(tmp_path: Path) -> None:
    network = plain(made_campaign.mixture(drop=[4], problem=FACTS), facts(FACTS))
    (tmp_path / format.FILE).write_bytes(format.serialise(network))
    program = format.load(str(tmp_path / format.FILE))
    points = torch.rand(9, 2, dtype=torch.float64)
    got = torch.tensor(format.evaluate(program, points.tolist())[0], dtype=torch.float64)
    assert relative(got, network(points).detach()) < 1e-13
    moved, start = at_start(points)
    got = torch.tensor(format.evaluate(program, moved.tolist())[0], dtype=torch.float64)
    torch.testing.assert_close(got[:, 0], start, rtol=1e-14, atol=1e-13)


def test_the_same_network_is_the_same_bytes() -> None:
    network = plain(*(NETWORKS["one survivor"][0], facts(NETWORKS["one survivor"][1])))
    first = format.serialise(network)
    assert first == format.serialise(network)
    assert str(Path(format.__file__).parent).encode() not in first


def test_gelu_is_exported_in_float32_alone(campaign: Path, tmp_path: Path) -> None:
    """And the whole way: card, digests, and a fresh process with neither torch nor this package."""
    told = r"--format onnx: expected operations that onnxruntime knows in float64, got Erf \(of gel"
    with pytest.raises(UserError, match=told):
        export(campaign, tmp_path / "model", format="onnx")
    assert list(tmp_path.iterdir()) == []
    made = export(campaign, tmp_path / "model", format="onnx", dtype="float32")
    assert set(made.differences) == {"u", "p"}
    assert 0 < made.difference < 1e-5
    assert {path.name for path in made.folder.iterdir()} == {
        "architecture.json", "weights.safetensors", "model.onnx", "MODEL_CARD.md",
    }  # fmt: skip
    (code,) = re.findall(r"```python\n(.*?)```", made.card.read_text(encoding="utf-8"), re.DOTALL)
    code += "\nimport sys\nassert not {'nas', 'torch'} & set(sys.modules)"
    ended = subprocess.run(
        [sys.executable, "-I", "-c", code],
        cwd=made.folder, check=True, capture_output=True, text=True,
    )  # fmt: skip
    expected = plain(made_campaign.mixture(drop=[1]), facts(made_campaign.PROBLEM))(
        torch.tensor([[0.0, 0.025]], dtype=torch.float64)
    )
    assert json.loads(ended.stdout)[0] == pytest.approx(expected[0].tolist(), rel=1e-5)


def test_without_the_extra_a_line_says_what_to_install(monkeypatch: pytest.MonkeyPatch) -> None:
    network = plain(*(NETWORKS["one survivor"][0], facts(NETWORKS["one survivor"][1])))
    monkeypatch.setitem(sys.modules, "onnx", None)
    with pytest.raises(UserError, match=r"not installed; pip install 'pinn-nas\[onnx\]'"):
        format.serialise(network)
