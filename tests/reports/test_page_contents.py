"""What the page shows of problems of any kind: pictures, the problem, errors, warnings."""

from pathlib import Path

import pandas as pd
import pytest

from nas import reports
from nas.reports import example, tables
from tests.reports.page_reader import Reader
from tests.reports.synthetic_campaign import realistic, unknown_row

EVIL = "</code></pre><script>alert(1)</script>\nproblem = Problem("


@pytest.fixture(scope="module")
def page(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Of an inverse problem with two fields, of which all is known and much is wrong."""
    made = realistic("flow", trials=2, broken=())
    made.problem |= {
        "source": EVIL, "domain": "Box: <b>", "conditions": ["on rim: u < 1", "on top: u.n = 0"],
        "jumps": ["u jumps from 0 on <top> to 1"], "unknown": ["D: start 1"],
        "has_reference": True,
    }  # fmt: skip
    best = next(t["best_run"] for t in made.tables["trials"] if t["recommended"])
    for row in made.tables["runs"]:
        row["warnings"] = "first\nsecond" if row["run"] == best else "of another run"
        row |= {"error_estimate": 0.0123, "relative_l2": 0.3}
        keys = {name: row[name] for name in ("run", "trial", "repetition")}
        made.tables["fields"] += [
            keys | {"field": "u", "relative_l2": 0.0101, "error_estimate": 0.0125},
            keys | {"field": "p", "relative_l2": 0.4, "error_estimate": 0.37},
        ]
    made.tables["unknowns"] = [
        unknown_row(best, step, value, truth=0.5) for step, value in ((0, 1.0), (9, 0.51))
    ]
    return reports.write(made.write(tmp_path_factory.mktemp("flow")))


def test_of_many_trials_the_page_shows_those_that_stand_out(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(tables, "MOST_TRIALS", 2)
    shown = tables.trials(example.records().trials)
    assert shown.title == "The 2 best of 4 trials"
    assert [row[:2] for row in shown.rows] == [("0", "on the front"), ("1", "recommended")]
    assert shown.marked == {1}


@pytest.mark.parametrize("problem", ["rod", "plate"])
def test_problems_of_one_and_three_coordinates_have_pictures(tmp_path: Path, problem: str) -> None:
    page = reports.write(realistic(problem, trials=1, broken=()).write(tmp_path))
    names = {path.stem for path in (page.parent / "figures").glob("*.png")}
    assert {"solution_u", "residual", "weights", "experts_u"} <= names
    assert ("error_u" in names) == (problem == "rod")
    text = Reader(page).text
    assert ("Not shown, since they miss the domain: y = 0.5." in text) == (problem == "plate")
    assert ("There is no picture of the error" in text) == (problem == "plate")


@pytest.mark.usefixtures("unpainted")
def test_solution_then_trust_then_statistics(tmp_path: Path) -> None:
    reader = Reader(reports.write(realistic("rod", trials=1, broken=()).write(tmp_path)))
    sections = [at["id"] for tag, at in reader.tags if tag == "h2" and at.get("id")]
    assert sections[:2] == ["solution", "validation"]
    assert sections.index("use") < sections.index("survival")
    links = [at["href"] for tag, at in reader.tags if tag == "a"][: len(sections)]
    assert links == [f"#{one}" for one in sections]
    assert reader.text.index("Solution u.") < reader.text.index("Error of u.")
    assert reader.text.index("Error of u.") < reader.text.index("Residual.")
    assert reader.text.index("Residual.") < reader.text.index("Survival by")


def test_the_problem_is_on_the_page_as_text(page: Path) -> None:
    reader = Reader(page)
    for words in (
        "Box: <b>",
        "on rim: u < 1",
        "on top: u.n = 0",
        "on <top> to 1; part of",
        "D: start 1",
    ):
        assert words in reader.text
    assert "".join(reader.words).count(EVIL) == 1
    assert [tag for tag, _ in reader.tags].count("script") == 1, "the page's own"


@pytest.mark.usefixtures("unpainted")
def test_without_an_equation_in_words_the_written_ones_are_shown(tmp_path: Path) -> None:
    made = realistic("rod", trials=1, broken=())
    made.problem |= {"equation": "", "equations": ["in a: u.xx = 0", "in b: 2 * u.xx = 0"]}
    text = Reader(reports.write(made.write(tmp_path))).text
    for line in made.problem["equations"]:
        assert text.count(line) == 2, "below the title, and with the problem"


def test_warnings_come_first_and_the_estimate_stands_beside_the_error(page: Path) -> None:
    text = Reader(page).text
    assert "Do not trust this solution without a look at what follows. first second" in text
    assert text.index("Do not trust") < text.index("is recommended:")
    assert "Estimated, of u 0.0125 by itself Estimated, of p 0.37 by itself" in text
    error, estimate = text.index("Relative L2 error 0.3"), text.index("Estimated error 0.0123")
    assert 0 < estimate - error < 150
    assert text.count("of another run") == 1, "in the table of all warnings alone"


def test_each_field_has_an_error_on_the_page_and_in_a_table(page: Path) -> None:
    text = Reader(page).text
    assert "Error of u 0.0101 measured Error of p 0.4 measured" in text
    assert "Relative L2 error of each field run u p 0000-0 0.0101 0.4" in text
    fields = pd.read_csv(page.parent / "tables" / "fields.csv")
    assert fields["relative_l2"].to_list() == [0.0101, 0.4] * 2


def test_unknown_coefficients_have_a_section(page: Path) -> None:
    reader = Reader(page)
    assert "unknowns" in {attributes.get("id") for _, attributes in reader.tags}
    assert "D 0.51 – – – 0.5 2 %" in reader.text
    assert "D = 0.51; the truth is 0.5." in reader.text
    assert (page.parent / "figures" / "unknowns.svg").is_file()
