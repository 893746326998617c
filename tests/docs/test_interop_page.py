"""The page's example for PINA runs, from its problem to its solver; skipped where it is missing."""

import re
import runpy
from pathlib import Path

import pytest
import torch

import nas
from nas import problems
from nas.export.architecture import ProblemFacts, UnknownValue
from nas.export.conversion import describe, plain_state
from nas.export.example import MEASURED
from nas.export.network import ExportedMixture
from nas.problems.terms import PointCounts
from nas.training import unknowns
from tests.docs.learning import begun

PAGE = (Path(__file__).parents[2] / "docs" / "interop.md").read_text(encoding="utf-8")


def block(name: str) -> str:
    (found,) = re.findall(rf"<!-- {name} -->\n```python\n(.*?)```", PAGE, re.DOTALL)
    assert isinstance(found, str)
    return found


def test_the_bars_conductivity_is_found_and_pina_goes_on(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    pytest.importorskip("pina", reason="PINA is not installed")
    monkeypatch.chdir(tmp_path)  # PINA's trainer leaves its logs there
    monkeypatch.syspath_prepend(tmp_path)
    Path("bar.py").write_text(block("pina"), encoding="utf-8")
    problem = problems.load(Path("bar.py"))
    assert not problem.warnings
    mixture, tuning = begun(problem, 12, PointCounts(interior=64, boundary=24))
    for iteration in range(25):
        loss = tuning.advance(iteration)
    assert float(loss) < 1e-4
    estimates = unknowns.estimates(problem, mixture.raw)
    assert estimates["k"] == pytest.approx(0.2, abs=2e-3)

    facts = ProblemFacts(
        name="bar",
        title="",
        equation="",
        coordinates=problem.coordinates,
        fields=tuple(problem.fields),
        bounds=tuple(problem.domain.bounds),
    )
    found = (UnknownValue(name="k", value=estimates["k"]),)
    exported = ExportedMixture(describe(mixture, facts, {}, MEASURED, found))
    exported.load_state_dict(plain_state(mixture))
    before = [one.detach().clone() for one in exported.parameters()]
    monkeypatch.setattr(nas, "load", lambda path: exported)
    Path("page.py").write_text(
        block("pina trained on").replace("max_epochs=1000", "max_epochs=2"), encoding="utf-8"
    )
    runpy.run_path("page.py")
    assert any(not torch.equal(a, b) for a, b in zip(before, exported.parameters(), strict=True))
