"""The page of a tiny campaign, for the kinds of pictures: curves, slices, pieces, unknowns."""

from pathlib import Path

import pytest

from nas import problems
from nas.reports import page
from tests.zoo import tiny

# torch.func.jvp asks torch.jit for its rules.
pytestmark = pytest.mark.filterwarnings("ignore:.*torch.jit.script.*:DeprecationWarning")


@pytest.mark.parametrize("name", ["burgers_inverse", "lotka_volterra", "poisson_spheres"])
def test_a_page_has_all_pictures_that_it_names(name: str, tmp_path: Path) -> None:
    found = tiny.searched(name, tmp_path / "campaign")
    text = page.build(found.folder, tmp_path / "page").read_text(encoding="utf-8")
    pictures = {path.stem for path in (tmp_path / "page" / "figures").glob("*.png")}
    assert pictures == {path.stem for path in (tmp_path / "page" / "figures").glob("*.svg")}
    fields = problems.load(name).fields
    assert {"residual", *(f"solution_{field}" for field in fields)} <= pictures
    assert any("unknown" in one for one in pictures) == (name == "burgers_inverse")
    assert text.count("data:image/png") == 2 * len(pictures), "each for a light and a dark page"
