"""What a name on the command line means."""

from pathlib import Path

import pytest

from nas.campaign import named
from nas.campaign.config import build
from nas.errors import UserError


@pytest.fixture(autouse=True)
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.chdir(tmp_path)
    return tmp_path


def test_a_problem_of_the_toolkit_is_a_campaign_of_defaults() -> None:
    assert named.load("burgers") == build(problem="burgers")


def test_a_python_file_is_a_problem(folder: Path) -> None:
    campaign = named.load("heat.py", ["trials=3"], "5m")
    assert campaign == build(problem=str(folder / "heat.py"), trials=3, budget=300)


def test_any_other_file_is_a_campaign_file(folder: Path) -> None:
    for name in ("quick.yaml", "settings"):
        (folder / name).write_text("{problem: burgers, trials: 4}")
        assert named.load(name, ["seed=2"]) == build(problem="burgers", trials=4, seed=2)


def test_a_folder_of_the_name_of_a_problem_is_not_in_the_way(folder: Path) -> None:
    (folder / "burgers").mkdir()
    assert named.load("burgers").problem == "burgers"


@pytest.mark.parametrize("name", ["quick.yaml", "quick.yml", "elsewhere/quick"])
def test_a_campaign_file_that_is_not_there_is_told(name: str) -> None:
    with pytest.raises(UserError, match=f"{name}: no such file; give the path of a campaign file"):
        named.load(name)


@pytest.mark.parametrize(
    ("name", "meant"),
    [
        ("burgerz", "; did you mean burgers?"),
        ("Poisson-L-Shape", "; did you mean poisson_l_shape?"),
        ("quik", "; did you mean quick.yaml?"),
        ("heet", "; did you mean heat.py?"),
        ("zzzz", "none of these"),
    ],
)
def test_a_name_that_is_nothing_is_told_with_what_was_meant(
    folder: Path, name: str, meant: str
) -> None:
    for file in ("quick.yaml", "heat.py", "notes.txt"):
        (folder / file).touch()
    with pytest.raises(UserError) as caught:
        named.load(name)
    told = str(caught.value)
    assert told.startswith(f"{name}: expected a campaign file (YAML), a .py file with a problem or")
    assert told.endswith(meant)


def test_the_folder_is_called_after_the_name_and_stands_here() -> None:
    for name in ("heat", "heat.py", "../mine/heat.yaml"):
        assert named.default_folder(name) == Path("heat-search")
