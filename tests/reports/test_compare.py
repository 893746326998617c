"""The page of a comparison, and where it is written."""

from pathlib import Path

import pandas as pd
import pytest

from nas.errors import UserError
from nas.reports import compare, rendering
from nas.reports.figures import Picture
from nas.reports.rendering import Rendered
from tests.reports.page_reader import Reader
from tests.reports.synthetic_campaign import Campaign, realistic, run_row


@pytest.fixture(scope="module")
def campaigns(tmp_path_factory: pytest.TempPathFactory) -> list[Path]:
    home = tmp_path_factory.mktemp("runs")
    return [
        realistic("rod", trials=trials, broken=()).write(home / f"of_{trials}") for trials in (1, 2)
    ]


@pytest.fixture(autouse=True)
def undrawn(monkeypatch: pytest.MonkeyPatch) -> None:
    """Figures take seconds."""

    def render(picture: Picture, folder: Path) -> Rendered:
        return Rendered(picture.name, picture.title, picture.alt, picture.reading, 1, 1, "", "", "")

    monkeypatch.setattr(rendering, "_render", render)


def test_page_and_tables_lie_beside_the_first(campaigns: list[Path]) -> None:
    page = compare.compare(campaigns)
    assert page == campaigns[0].parent / "comparison" / "index.html"
    table = pd.read_csv(page.parent / "comparison.csv")
    assert table["campaign"].to_list() == ["of_1", "of_2"]
    assert table["trials"].to_list() == [1, 2]
    settings = pd.read_csv(page.parent / "settings.csv")
    assert settings.values.tolist() == [["trials", 1, 2]]
    reader = Reader(page)
    assert "What was asked for" in reader.text
    assert "All of these campaigns solve the same problem." in reader.text
    assert {"Solution u.", "Error of u.", "Learning curves."} <= set(reader.words)
    links = {at["href"] for tag, at in reader.tags if tag == "a"}
    assert all((page.parent / link).is_file() for link in links)
    assert compare.compare(campaigns) == page, "it is written anew"


def test_what_was_chosen_wraps_in_its_cells(campaigns: list[Path]) -> None:
    reader = Reader(compare.compare(campaigns))
    cells = [at.get("class") for tag, at in reader.tags if tag == "td"]
    assert cells[:6] == [None, "wordy", "wordy"] * 2, "the names of the rows stay on a line"


def test_the_seeds_are_spoken_of_where_there_are_several(
    campaigns: list[Path], tmp_path: Path
) -> None:
    alone = Reader(compare.compare(campaigns, tmp_path / "alone")).text
    assert "over the seeds" not in alone.lower()
    several = Campaign()
    several.tables["runs"] = [
        run_row(f"0000-{n}", repetition=n, held_out_loss=1e-3 * (n + 1)) for n in range(2)
    ]
    folder = several.write(tmp_path / "several")
    text = Reader(compare.compare([campaigns[0], folder], tmp_path / "page")).text
    assert "Over the seeds: the least and the greatest loss" in text


def test_what_records_hold_is_text(campaigns: list[Path], tmp_path: Path) -> None:
    made = realistic("rod", trials=1, broken=())
    evil = "<script>alert(1)</script>"
    made.problem |= {"title": evil, "name": evil}
    for row in made.tables["runs"]:
        row["warnings"] = evil
    other = made.write(tmp_path / "other")
    reader = Reader(compare.compare([campaigns[0], other], tmp_path / "page"))
    assert [tag for tag, _ in reader.tags].count("script") == 1, "the page's own"
    assert reader.text.count(evil) >= 2


def test_campaigns_of_the_same_name_are_called_by_their_paths(tmp_path: Path) -> None:
    both = [realistic("rod", 1, broken=()).write(tmp_path / one / "out") for one in "ab"]
    page = compare.compare(both, tmp_path / "page")
    table = pd.read_csv(page.parent / "comparison.csv")
    assert table["campaign"].to_list() == list(map(str, both))


@pytest.mark.parametrize("count", [0, 1])
def test_one_campaign_is_no_comparison(campaigns: list[Path], count: int) -> None:
    with pytest.raises(UserError, match=r"expected two campaigns or more, got .*; name the f"):
        compare.compare(campaigns[:count])


def test_the_same_campaign_twice_is_told(campaigns: list[Path]) -> None:
    again = campaigns[0] / ".." / campaigns[0].name
    with pytest.raises(UserError, match="expected different campaigns, got the same one as"):
        compare.compare([campaigns[0], again])


def test_a_campaign_without_a_run_is_told(campaigns: list[Path], tmp_path: Path) -> None:
    empty = Campaign().write(tmp_path / "empty")
    with pytest.raises(UserError, match="empty: expected at least one run that has ended"):
        compare.compare([campaigns[0], empty], tmp_path / "page")
    assert not (tmp_path / "page").exists()


@pytest.mark.parametrize("mark", ["thesis.tex", "index.html", ".nas-report"])
def test_a_folder_of_others_is_refused_and_left_as_it_is(
    campaigns: list[Path], tmp_path: Path, mark: str
) -> None:
    for name in ("notes.txt", mark):
        (tmp_path / name).write_text("<title>Heat · search report</title>")
    with pytest.raises(UserError, match="an earlier comparison, got a folder with other files"):
        compare.compare(campaigns, tmp_path)
    assert sorted(path.name for path in tmp_path.iterdir()) == sorted(["notes.txt", mark])


@pytest.mark.parametrize("place", [".", "report", "tables"])
def test_a_place_within_any_of_the_campaigns_is_refused(campaigns: list[Path], place: str) -> None:
    with pytest.raises(UserError, match=r"outside of the campaigns, got one within .*of_2;"):
        compare.compare(campaigns, campaigns[1] / place)
