"""Parts of another campaign in a campaign's folder: each is one clear line."""

import shutil
from pathlib import Path

import pytest

from nas.campaign import campaign, config
from tests.robustness.conftest import Command

FOREIGN = {
    "runs/0000-0": ("search", "report"),  # whose run it is stands in its tables
    "tables": ("report", "export"),
    "tables/runs.parquet": ("report", "export"),
    "runs/0000-0/mixture.safetensors": ("export",),
}


@pytest.fixture(scope="module")
def other(home: Path) -> Path:
    """A finished campaign of another equation, as equal as it may be in all else."""
    for name in ("bend.py", "bend.yaml"):
        text = (home / name).read_text().replace("u.xx + 2", "u.xx + 5")
        (home / name.replace("bend", "bent")).write_text(text.replace("bend.py", "bent.py"))
    return campaign.search(config.load(home / "bent.yaml"), home / "other").folder


@pytest.mark.parametrize("part", FOREIGN)
def test_a_part_of_another_campaign_is_told(
    nas: Command, finished: Path, other: Path, tmp_path: Path, part: str
) -> None:
    out = Path(shutil.copytree(finished, tmp_path / "out"))
    if (out / part).is_dir():
        shutil.rmtree(out / part)
        shutil.copytree(other / part, out / part)
        if part.startswith("runs"):  # else the report of what is gathered is right
            shutil.rmtree(out / "tables")
    else:
        shutil.copy(other / part, out / part)
    known = {
        "search": ["search", "bend.yaml", "--out", out],
        "report": ["report", out],
        "export": ["export", out, "--to", tmp_path / "model", "--run", "0000-0"],
    }
    for command in FOREIGN[part]:
        code, _, errors = nas(*known[command])
        (line,) = errors.splitlines()
        assert code == 2
        assert line.startswith("error: ")
        assert "another" in line


def test_an_equal_campaign_of_another_folder_is_the_same(
    nas: Command, home: Path, finished: Path, tmp_path: Path
) -> None:
    again = campaign.search(config.load(home / "bend.yaml"), tmp_path / "again").folder
    out = Path(shutil.copytree(finished, tmp_path / "out"))
    shutil.rmtree(out / "runs")
    shutil.copytree(again / "runs", out / "runs")
    assert nas("search", "bend.yaml", "--out", out)[0] == 0
