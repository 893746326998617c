"""`nas problems`: what it prints, and the file that it writes."""

import ast
from dataclasses import replace
from pathlib import Path

import pytest

from nas import problem_card, problems
from nas.errors import UserError
from nas.problem_card import card, standalone, titled, write
from nas.problems.loading import text_of


def test_the_overview_has_a_line_for_each_problem() -> None:
    rows = problem_card.overview()
    assert [row[0] for row in rows] == list(problems.names())
    assert all(len("".join(row).splitlines()) == 1 for row in rows)


def test_the_overview_fits_a_page_and_marks_what_has_no_solution() -> None:
    rows = problem_card.overview()
    width = max(len(name) for name, _ in rows)
    assert all(width + len("  ") + len(title) <= 100 for _, title in rows)
    assert not any("solution" in title for _, title in rows)
    unsolved = replace(problems.load("burgers"), solution=None)
    assert titled(unsolved) == "Burgers' equation (solution not known)"


@pytest.mark.parametrize("name", problems.names())
def test_a_card_tells_all_of_a_problem(name: str) -> None:
    lines = card(name)
    problem = problems.load(name)
    assert lines[0].startswith(f"{name}: ")
    for word in ("equation", "residual", "domain", "fields", "condition", "truth"):
        assert any(line.startswith(f"  {word:12}") for line in lines), word
    assert sum(line.startswith("  condition") for line in lines) == len(problem.conditions)
    about = ast.get_docstring(ast.parse(text_of(name)))
    assert about is not None
    assert about.splitlines()[0] in lines


@pytest.mark.parametrize("name", problems.names())
def test_a_written_file_is_the_same_problem_elsewhere(name: str, tmp_path: Path) -> None:
    write(name, tmp_path / "my_problem.py")
    written = problems.load(tmp_path / "my_problem.py")
    assert written.fingerprint == problems.load(name).fingerprint
    assert written.name == name


def test_data_beside_a_problem_is_found_from_elsewhere(tmp_path: Path) -> None:
    text = (
        "from pathlib import Path\n\nfrom nas.problems import load\n\n"
        "here = Path('ä' and __file__).with_name('burgers.py'), __file__\n"
        "problem = load('burgers')\n"
    )
    changed = standalone(text)
    assert changed.count("__file__") == changed.count("nas.problems.__file__") == 2
    (tmp_path / "mine.py").write_text(changed, encoding="utf-8")
    assert problems.load(tmp_path / "mine.py").name == "burgers"


def test_a_card_of_a_users_file(tmp_path: Path) -> None:
    write("helmholtz", tmp_path / "mine.py")
    assert card(str(tmp_path / "mine.py")) == card("helmholtz")


@pytest.mark.parametrize(
    ("name", "file", "message"),
    [
        ("burger", "new.py", "problem 'burger': no such problem; did you mean burgers"),
        ("burgers", "new.txt", r"new\.txt: expected a name that ends in \.py"),
        ("burgers", "old.py", r"old\.py: is there already; name a new file"),
        ("burgers", "old.py/new.py", "cannot be written"),
    ],
)
def test_what_cannot_be_written(name: str, file: str, message: str, tmp_path: Path) -> None:
    (tmp_path / "old.py").write_text("kept")
    with pytest.raises(UserError, match=message):
        write(name, tmp_path / file)
    assert (tmp_path / "old.py").read_text() == "kept"
