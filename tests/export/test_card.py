import hashlib
import json
import re
import shutil
import subprocess
import sys
from pathlib import Path

import pytest
import torch
from markdown_it import MarkdownIt

from nas.export import Exported, card, example, export, load
from nas.export.architecture import Architecture, UnknownValue
from nas.export.format import find
from nas.export.proof import Proof
from tests.oracles import nested


def test_code_of_the_card_runs_with_torch_alone(exported: Exported) -> None:
    text = exported.card.read_text(encoding="utf-8")
    (code,) = re.findall(r"```python\n(.*?)```", text, flags=re.DOTALL)
    code += "\nimport sys\nassert 'nas' not in sys.modules"
    ended = subprocess.run(
        [sys.executable, "-I", "-c", code],
        cwd=exported.folder, check=True, capture_output=True, text=True,
    )  # fmt: skip
    value, first, second = json.loads("[" + ended.stdout.strip().replace("] [", "], [") + "]")
    network = load(exported.folder)
    points = torch.tensor([[0.0, 0.025]], dtype=torch.float64)

    def derivative(*key: int) -> float:
        return float(nested(lambda x: network(x)[:, 0], points, key))

    assert value == pytest.approx([derivative(0, 0)], rel=1e-12)
    assert first[0] == pytest.approx([derivative(1, 0), derivative(0, 1)], rel=1e-12)
    assert second[0] == pytest.approx([derivative(2, 0), derivative(1, 1)], rel=1e-12)


@pytest.mark.parametrize(
    "told",
    [
        "# A flow that never was",
        "    u_x + p_t = 0",
        "uᵢ(x) of 4 of them.\nIt has 393 parameters",
        "| input | 1 | t | 0 to 0.1 |",
        "| output | 1 | p |",
        "the network extrapolates",
        "| 3 | 3 layers of 4 units with softplus | 0.300 |",
        "a gating network with 2 layers of 7 units with tanh",
        "the search took 3000 steps in all",
        "| relative L2 error against the reference | 0.0123 |",
        "it took\npart in no decision",
        "| 5 → 4 |",
    ],
)
def test_card_tells(exported: Exported, told: str) -> None:
    assert told in exported.card.read_text(encoding="utf-8")


def test_card_without_an_equation_names_the_problem(campaign: Path, tmp_path: Path) -> None:
    folder = Path(shutil.copytree(campaign, tmp_path / "run"))
    about = json.loads((folder / "campaign.json").read_text(encoding="utf-8"))
    about["problem"]["equation"] = ""
    (folder / "campaign.json").write_text(json.dumps(about), encoding="utf-8")
    text = export(folder, tmp_path / "model").card.read_text(encoding="utf-8")
    assert "approximates the solution u, p of the problem `flow`.\n\nIt is what" in text
    assert "pieces" not in text


def test_card_holds_the_measured_differences(exported: Exported) -> None:
    text = exported.card.read_text(encoding="utf-8")
    for name, difference in exported.differences.items():
        assert f"| {name} | {difference:.1e} |" in text


SCRIPT = "<script>alert(1)</script>\n# Title\n| `x` | \x1b[31m ![a](b) ```\n<img src=c>"

# Those of the card itself.
TAGS = {
    "h1",
    "h2",
    "p",
    "pre",
    "code",
    "table",
    "thead",
    "tbody",
    "tr",
    "th",
    "td",
    "ul",
    "li",
    "strong",
}


def test_nothing_that_a_problem_says_is_markup_or_moves_a_cursor() -> None:
    """Wherever a text of others stands in a description, this one does."""
    told = json.loads(example.architecture().text())
    problem = told["problem"]
    problem |= dict.fromkeys(("name", "title", "equation"), SCRIPT)
    problem |= {"coordinates": [SCRIPT], "fields": [SCRIPT]}
    problem["pieces"] = [{"field": SCRIPT, "piece": SCRIPT, "bounds": [[0.0, 1.0]]}]
    scale = {"field": SCRIPT, "offset": 1.0, "scale": 2.0}
    problem["ansatz"] = {"fields": [scale], "program": None}
    told["unknowns"] = [{"name": SCRIPT, "value": 1.0, "doubt": SCRIPT}]
    told["measured"] |= {"warnings": [SCRIPT], "notes": [SCRIPT]}
    wave = {"activation": "sine", "depth": 1, "width": 3}
    told["corrections"] = [{"candidate": wave, "origin": SCRIPT}]
    del told["sha256"]
    for equation in (SCRIPT, ""):
        problem["equation"] = equation
        described = Architecture.model_validate_json(json.dumps(told))
        text = card.write(described, find("pt2"), 56, SCRIPT, Proof({SCRIPT: 1e-15}))
        assert "\x1b" not in text
        assert "<script" not in text
        assert "<img" not in text
        assert "\n# Title" not in text
        assert text.count("```") == 2
        assert text.count("alert(1)") >= 9
        page = MarkdownIt("commonmark").enable("table").render(text)
        assert set(re.findall(r"<(\w+)", page)) == TAGS | {"strong"}
        assert (page.count("<h1"), page.count("<pre")) == (1, 1 + bool(equation))


def test_the_clock_has_a_line_of_its_own(exported: Exported) -> None:
    """So that what it tells is in no digest."""
    text = exported.card.read_text(encoding="utf-8")
    assert re.findall("^By the clock: .*$", text, flags=re.MULTILINE) == [
        f"By the clock: {exported.proof.speed}, where it was exported."
    ]
    assert exported.proof.speed.endswith("points a second, 4,096 at once on one core")
    silent = card.write(example.architecture(), find("pt2"), 56, "", Proof({"u": 1e-15}))
    assert "clock" not in silent


def test_card_tells_what_was_compared_in_what_numbers() -> None:
    proof = Proof({"u": 1e-7}, "float32", 5e6)
    text = card.write(example.architecture(), find("onnx"), 56, "", proof)
    assert (
        "`model.onnx`, which computes in float32, was loaded in a fresh process with onnxruntime "
        "alone, and its values\nwere compared" in text
    )
    assert "By the clock: 5,000,000 points a second, 4,096 at once" in text
    assert "dtype=numpy.float32" in text


def test_card_names_the_digest_of_the_program(exported: Exported) -> None:
    digest = hashlib.sha256(exported.program.read_bytes()).hexdigest()
    text = exported.card.read_text(encoding="utf-8")
    assert f"The SHA-256 of `model.pt2` is\n`{digest}`." in text


def card_of(**measured: object) -> str:
    described = example.architecture()
    measures = described.measured.model_copy(update=measured)
    found = (
        UnknownValue(name="D", value=0.359355, standard_error=0.0157),
        UnknownValue(name="c", value=2.0, doubt="nothing tells it"),
    )
    told = described.model_copy(update={"measured": measures, "unknowns": found})
    return card.write(told, find("onnx"), 56, "", Proof({"u": 1e-15}))


def test_card_begins_with_how_far_to_trust_it() -> None:
    text = card_of(error_estimate=0.967, warnings=("estimated error 97%", "bad"), notes=("so",))
    trust = text.partition("## How far to trust it")[2].partition("## Inputs")[0]
    assert trust.split("\n") == [
        "",
        "",
        "**Do not trust this network without a look at what follows.** Its relative L2 error is "
        "estimated, without a reference, as 0.97.",
        "",
        "- Warning: estimated error 97%",
        "- Warning: bad",
        "- Note: so",
        "",
        "",
    ]
    assert "| relative L2 error, estimated without a reference | 0.967 |" in text
    silent = card_of()
    assert "could not be estimated without a reference.\n\n## Inputs" in silent
    assert "Do not trust" not in silent


def test_card_tells_how_well_coefficients_are_known() -> None:
    text = card_of()
    assert "| D | 0.359355 | ± 0.016 |" in text
    assert "| c | 2 | no ±: nothing tells it |" in text
