"""Every second problem of the toolkit, the first ones, through search, report and export."""

from pathlib import Path

import pytest

from nas.export import equivalence
from tests.zoo import tiny

# torch.func.jvp asks torch.jit for its rules.
pytestmark = pytest.mark.filterwarnings("ignore:.*torch.jit.script.*:DeprecationWarning")


@pytest.mark.parametrize("name", tiny.FIRST)
def test_a_problem_goes_through_search_report_and_export(
    name: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(equivalence, "run", tiny.answer_here)
    tiny.assert_goes_through(name, tmp_path)
