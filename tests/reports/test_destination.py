"""A report writes into a folder of its own, and nowhere else."""

from pathlib import Path

import pytest

from nas import reports
from nas.errors import UserError
from nas.folder_lock import claimed
from nas.reports import page, rendering, statistics
from nas.reports.destination import MARK, claimed_for_report
from nas.reports.figures import Picture
from nas.reports.rendering import Rendered
from tests.reports.synthetic_campaign import realistic


@pytest.fixture(scope="module")
def campaign(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return realistic(trials=1, broken=()).write(tmp_path_factory.mktemp("c") / "heat")


@pytest.fixture(autouse=True)
def undrawn(monkeypatch: pytest.MonkeyPatch) -> None:
    """Figures take seconds, and have no say in where they are written."""

    def render(picture: Picture, folder: Path) -> Rendered:
        return Rendered(picture.name, picture.title, picture.alt, picture.reading, 1, 1, "", "", "")

    monkeypatch.setattr(rendering, "_render", render)


def contents(folder: Path) -> dict[Path, bytes]:
    return {path: path.read_bytes() for path in folder.rglob("*") if path.is_file()}


@pytest.mark.parametrize("name", ["index.html", "tables/runs.csv", "thesis.tex"])
def test_somebodys_folder_is_refused_and_left_as_it_is(
    campaign: Path, tmp_path: Path, name: str
) -> None:
    mine = tmp_path / "site" / name
    mine.parent.mkdir(parents=True)
    mine.write_text("<title>My site</title>")
    before = contents(tmp_path)
    with pytest.raises(
        UserError, match=r"site: expected an empty folder or an earlier report, .*choose another"
    ):
        reports.write(campaign, tmp_path / "site")
    assert contents(tmp_path) == before


@pytest.mark.parametrize("place", [".", "tables", "runs/0000-0", "page", "report/../tables"])
def test_a_place_within_the_campaign_is_refused(campaign: Path, place: str) -> None:
    before = contents(campaign)
    with pytest.raises(UserError, match=r"outside of the campaign, or .*heat.report, got another"):
        reports.write(campaign, campaign / place)
    assert contents(campaign) == before


def test_a_link_to_the_campaign_is_the_campaign(campaign: Path, tmp_path: Path) -> None:
    (tmp_path / "link").symlink_to(campaign)
    with pytest.raises(UserError, match=r"link: expected a folder outside of the campaign"):
        reports.write(campaign, tmp_path / "link")


def test_it_is_made_again_also_after_a_kill_half_way(
    campaign: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def killed(*_: object) -> None:
        raise KeyboardInterrupt

    out = tmp_path / "page"
    with monkeypatch.context() as patch:
        patch.setattr(page, "render", killed)
        with pytest.raises(KeyboardInterrupt):
            reports.write(campaign, out)
    assert not (out / "index.html").exists()
    (out / "tables" / ".runs.csv.x7y2z3_4.part").touch()  # as SIGKILL leaves it
    reports.write(campaign, out)
    whole = contents(out)
    assert out / "index.html" in whole
    assert not list(out.rglob("*.part"))
    reports.write(campaign, out)
    assert contents(out) == whole


def test_a_report_of_a_version_without_the_mark_is_its_own(campaign: Path, tmp_path: Path) -> None:
    reports.write(campaign, tmp_path / "page")
    (tmp_path / "page" / MARK).unlink()
    assert reports.write(campaign, tmp_path / "page").exists()


def test_two_at_once_are_refused(
    campaign: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def meanwhile(*_: object) -> list[str]:
        with (
            pytest.raises(UserError, match="another command is at work here"),
            claimed_for_report(campaign, tmp_path / "page"),
        ):
            raise AssertionError("both write")
        return []

    monkeypatch.setattr(statistics, "write", meanwhile)
    reports.write(campaign, tmp_path / "page")


def test_a_search_leaves_a_report_that_is_being_written_alone(campaign: Path) -> None:
    with claimed_for_report(campaign, campaign / "report"):
        part = campaign / "report" / "tables" / ".runs.csv.x7y2z3_4.part"
        part.parent.mkdir()
        part.touch()
        with claimed(campaign):
            assert part.exists()
    with claimed(campaign):
        assert not part.exists()
