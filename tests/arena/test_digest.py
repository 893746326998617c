"""Digests: what changes code changes them, and nothing else does."""

from pathlib import Path

import pytest

from experiments.arena import digest as module
from experiments.arena.digest import digest, files, meaning
from nas.errors import UserError

SOURCE = '"""Adds."""\n\n\ndef add(a, b):\n    """Add."""\n    return a + b  # both\n'


@pytest.fixture
def project(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A project with one package, nas.mixture, and the problem wave."""
    for name in ("nas/mixture", "nas/problems/data", "search_spaces"):
        (tmp_path / name).mkdir(parents=True)
    (tmp_path / "nas/mixture/add.py").write_text(SOURCE)
    (tmp_path / "nas/problems/wave.py").write_text("x = 1\n")
    (tmp_path / "search_spaces/space.py").write_text("grid = 2\n")
    monkeypatch.setattr(module, "ROOT", tmp_path)
    monkeypatch.setattr(module, "MEASURING", ())
    module._of_file.cache_clear()
    return tmp_path


def again(facts: str = "") -> str:
    module._of_file.cache_clear()
    return digest(["nas.mixture", "nas.search_spaces"], "wave", facts)


def test_words_and_layout_do_not_count(project: Path) -> None:
    before = again()
    (project / "nas/mixture/add.py").write_text("def add(a, b):\n  return (a+b)\n")
    assert again() == before
    assert len(before) == module.LENGTH


@pytest.mark.parametrize(
    ("file", "text"),
    [
        ("nas/mixture/add.py", SOURCE.replace("+", "-")),
        ("nas/mixture/more.py", ""),
        ("nas/mixture/fused.cpp", "int a;"),
        ("nas/problems/wave.py", "x = 2\n"),
        ("nas/problems/data/wave.csv", "1,2"),
        ("search_spaces/space.py", "grid = 3\n"),
    ],
)
def test_code_and_data_count(project: Path, file: str, text: str) -> None:
    before = again()
    (project / file).write_text(text)
    assert again() != before


def test_other_problems_and_packages_do_not_count_and_facts_do(project: Path) -> None:
    before = again()
    (project / "nas/problems/burgers.py").write_text("x = 2\n")
    (project / "nas/training").mkdir()
    (project / "nas/training/new.py").write_text("x = 2\n")
    assert again() == before
    assert again("scale 10") != before


def test_a_problem_depends_on_what_it_is_made_from() -> None:
    found = {path.name for path in module._of_problem("burgers_inverse")}
    assert found == {"burgers_inverse.py", "burgers_inverse.csv", "burgers.py"}
    found = {path.name for path in module._of_problem("square_with_holes")}
    assert {"square_with_holes.py", "multipoles.py"} <= found
    assert "make_cavity.py" not in found


def test_a_package_of_problems_is_its_machinery() -> None:
    found = {path.name for path in files("nas.problems")}
    assert {"problem.py", "condition.py"} <= found
    assert not found & {"burgers.py", "allen_cahn.npz", "series.py"}


def test_a_name_has_to_exist() -> None:
    with pytest.raises(
        UserError, match=r"expected a module or package of this project, got nas\.x"
    ):
        files("nas.x")


def test_a_text_that_is_a_value_counts() -> None:
    assert meaning("x = 'a'") != meaning("x = 'b'")
    assert meaning("def f():\n    'a'") == meaning("def f():\n    'b'")


def test_where_the_compiled_kernel_is_kept_decides_nothing() -> None:
    names = {path.name for path in files("nas.calculus")}
    assert "compilation.py" in names
    assert "kept_library.py" not in names
