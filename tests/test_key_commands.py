"""``nas init`` and ``nas keys`` as a user meets them."""

from pathlib import Path

import pytest

from nas.campaign import config, keys
from tests.command_line import nas


def test_init_writes_a_file_that_loads_and_is_not_written_over(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    path = tmp_path / "my.yaml"
    assert nas(monkeypatch, "init", path) == 0
    told = f"written: {path}; put your problem into it, then: nas search {path}\n"
    assert capsys.readouterr().out == told
    assert config.load(path).resolved() == config.of_problem(keys.EXAMPLE).resolved()
    path.write_text("mine")
    assert nas(monkeypatch, "init", path) == 2
    assert capsys.readouterr().err == f"error: {path}: is there already; name a new file\n"
    assert path.read_text() == "mine"
    link = tmp_path / "link.yaml"
    link.symlink_to(tmp_path / "gone.yaml")
    assert nas(monkeypatch, "init", link) == 2
    assert capsys.readouterr().err == f"error: {link}: is there already; name a new file\n"
    assert link.is_symlink()


def test_init_wants_the_name_of_a_campaign_file(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    path = tmp_path / "heat.py"
    assert nas(monkeypatch, "init", path) == 2
    assert capsys.readouterr().err == f"error: {path}: expected a name that ends in .yaml\n"
    assert list(tmp_path.iterdir()) == []


def test_keys_are_listed_for_people_and_for_a_page(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    assert nas(monkeypatch, "keys") == 0
    assert capsys.readouterr().out.splitlines() == keys.lines()
    assert nas(monkeypatch, "keys", "--markdown") == 0
    assert capsys.readouterr().out.splitlines() == keys.markdown()
