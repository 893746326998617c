"""The page as a browser and a screen reader meet it, and what a user may get wrong."""

import contextlib
import re
import subprocess
import sys
from pathlib import Path
from unittest import mock

import pandas as pd
import pytest

from nas import reports
from nas.errors import UserError
from nas.reports import (
    individual_losses,
    recommended,
    settings,
    solution_map,
    survival,
    validation_rankings,
    validation_statistics,
)
from tests.reports.page_reader import Reader
from tests.reports.synthetic_campaign import Campaign, realistic


@pytest.fixture(scope="module")
def campaign(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("campaign")
    return realistic(trials=4, broken=(1,)).write(folder)


@pytest.fixture(scope="module")
def page(campaign: Path) -> Path:
    return reports.write(campaign)


def test_the_report_lies_in_the_campaign_by_default(campaign: Path, page: Path) -> None:
    assert page == campaign / "report" / "index.html"
    names = {path.name for path in (campaign / "report" / "tables").iterdir()}
    assert {"trials.csv", "experts.csv", "survival_rates.csv", "kaplan_meier.csv"} <= names
    figures = {path.suffix for path in (campaign / "report" / "figures").iterdir()}
    assert figures == {".png", ".svg"}


def test_the_page_asks_nothing_of_the_outside(page: Path) -> None:
    for tag, attributes in Reader(page).tags:
        for name in ("src", "href", "action", "poster", "srcset"):
            value = attributes.get(name, "#")
            assert value.startswith(("#", "data:", "tables/")), f"<{tag} {name}={value[:60]}>"
    text = page.read_text(encoding="utf-8")
    assert text.count("<script") == 1
    assert not re.search(r"@import|url\(|https?://|fetch\(", text)


def test_the_page_is_small_enough_to_be_sent(page: Path) -> None:
    assert page.stat().st_size < 3e6


def test_all_figures_have_a_second_picture_for_dark_pages(page: Path) -> None:
    tags = Reader(page).tags
    dark = [attributes for tag, attributes in tags if tag == "source"]
    light = [attributes for tag, attributes in tags if tag == "img"]
    assert {attributes["media"] for attributes in dark} == {"(prefers-color-scheme: dark)"}
    assert len(dark) == len(light) > 10
    assert all(a["srcset"] != b["src"] for a, b in zip(dark, light, strict=True))


def test_every_table_of_numbers_is_linked_and_there(page: Path) -> None:
    links = {a["href"] for tag, a in Reader(page).tags if tag == "a" and "/" in a["href"]}
    assert links == {f"tables/{path.name}" for path in (page.parent / "tables").iterdir()}


def test_all_figures_have_words_and_all_links_an_end(page: Path) -> None:
    tags = Reader(page).tags
    images = [attributes for tag, attributes in tags if tag == "img"]
    assert len(images) == len(list((page.parent / "figures").glob("*.png")))
    assert all(len(image["alt"]) > 20 for image in images)
    identities = {attributes["id"] for _, attributes in tags if "id" in attributes}
    links = {attributes["href"] for tag, attributes in tags if tag == "a"}
    assert {link[1:] for link in links if link.startswith("#")} <= identities


def test_the_page_answers_first(page: Path) -> None:
    text = Reader(page).text
    assert text.index("is recommended: ") < text.index("Dot: the share")
    links = [a["href"] for tag, a in Reader(page).tags if tag == "a" and "#" in a["href"]]
    sections = [a["id"] for tag, a in Reader(page).tags if tag == "h2"]
    assert sections == [link[1:] for link in links[: len(sections)]]
    assert sections == [
        *("solution", "validation", "use", "problem", "front", "learning", "survival", "settings"),
        *("single", "subset", "trials", "failures", "provenance", "cite"),
    ]
    assert "no decision used it" in text
    assert "loss was not finite at step 1500" in text
    assert "torch 2.13.0" in text
    assert "tune.threshold" in text
    assert "not finished" not in text


def test_the_same_records_give_the_same_bytes(campaign: Path, page: Path, tmp_path: Path) -> None:
    """In another process, with another seed of hashes."""
    command = f"from nas import reports; reports.write({str(campaign)!r}, {str(tmp_path)!r})"
    environment = {"PYTHONHASHSEED": "77", "PATH": ""}
    subprocess.run([sys.executable, "-c", command], check=True, env=environment)
    first = {p.relative_to(page.parent): p for p in page.parent.rglob("*") if p.is_file()}
    second = {p.relative_to(tmp_path): p for p in tmp_path.rglob("*") if p.is_file()}
    assert first.keys() == second.keys()
    assert [str(n) for n in first if first[n].read_bytes() != second[n].read_bytes()] == []


def test_every_statistic_is_computed_once(tmp_path: Path) -> None:
    campaign = realistic(trials=2, broken=()).write(tmp_path)
    once = {
        settings: ["importance"],
        survival: ["survival_rates", "kaplan_meier", "importance", "chance"],
        individual_losses: ["individual_rank", "best_single", "agreement"],
        recommended: ["find"],
        solution_map: ["load"],
        validation_statistics: ["runs"],
        validation_rankings: ["rankings"],
    }  # fmt: skip
    with contextlib.ExitStack() as stack:
        calls = {
            name: stack.enter_context(mock.patch.object(module, name, wraps=getattr(module, name)))
            for module, names in once.items()
            for name in names
        }
        reports.write(campaign)
    assert {name: call.call_count for name, call in calls.items()} == dict.fromkeys(calls, 1)


def test_what_records_hold_is_text_and_never_markup(tmp_path: Path) -> None:
    made = realistic(trials=2, broken=(1,))
    evil = '<script>alert("$x^{")</script>'
    made.problem |= {"title": evil, "name": evil, "equation": evil}
    made.configuration[evil] = evil
    for table, column in (("runs", "reason"), ("experts", "reason"), ("attempts", "processor")):
        for row in made.tables[table]:
            row[column] = evil
    for row in made.tables["experts"][::3]:
        row["activation"] = evil
    page = reports.write(made.write(tmp_path))
    assert [tag for tag, _ in Reader(page).tags].count("script") == 1, "the page's own"
    assert evil in Reader(page).text, "shown, as text"


@pytest.mark.usefixtures("unpainted")
def test_an_unfinished_campaign_says_so(tmp_path: Path) -> None:
    made = realistic(trials=2, broken=())
    made.configuration["trials"] = 12
    for row in made.tables["trials"]:
        row["recommended"] = False
    text = Reader(reports.write(made.write(tmp_path / "c"), tmp_path / "elsewhere")).text
    assert "not finished: 2 of 12 runs have ended" in text
    assert "No trial is recommended yet" in text
    assert "Fewer than 3 runs" in text
    assert (tmp_path / "elsewhere" / "index.html").is_file()


@pytest.mark.usefixtures("unpainted")
def test_where_no_claim_can_be_made_the_plots_are_folded(page: Path, tmp_path: Path) -> None:
    few = Reader(reports.write(realistic(trials=2, broken=()).write(tmp_path)))
    figures = {"Survival by width.", "Kaplan–Meier by width.", "Final importance by width."}
    assert figures <= set(few.folded)
    assert "Intervals cover 95 %." in " ".join(few.folded)
    said = "so no level is said to survive more often than another."
    assert said in few.text
    assert said not in " ".join(few.folded)
    enough = Reader(page)
    assert figures <= set(enough.words)
    assert not figures & set(enough.folded)
    assert "details" in {tag for tag, _ in enough.tags}
    assert not [at for tag, at in few.tags if tag == "details" and "open" in at]


@pytest.mark.usefixtures("unpainted")
def test_a_campaign_of_failures_gets_a_page_with_the_reasons(tmp_path: Path) -> None:
    made = realistic(trials=2, broken=(0, 1))
    text = Reader(reports.write(made.write(tmp_path))).text
    assert "nothing to recommend" in text
    assert "loss was not finite at step 1500" in text
    assert "nothing can be said on what survives" in text


@pytest.mark.usefixtures("unpainted")
def test_runs_that_failed_before_their_first_step(tmp_path: Path) -> None:
    """No expert, no step, no attempt, and gaps where numbers would be."""
    made = realistic(trials=1, broken=(0,))
    for name in ("experts", "history", "attempts"):
        made.tables[name] = []
    gaps = ("m", "p", "threshold", "experts_after", "parameters_after", "drops", "steps", "reason")
    made.tables["runs"][0] |= dict.fromkeys(gaps)
    text = Reader(reports.write(made.write(tmp_path))).text
    assert "nan" not in text.lower()


@pytest.mark.usefixtures("unpainted")
def test_a_run_without_a_map_says_so(tmp_path: Path) -> None:
    made = realistic(trials=2, broken=())
    made.problem |= {"has_reference": False}
    made.maps = {}
    for row in made.tables["runs"]:
        row["relative_l2"] = None
    text = Reader(reports.write(made.write(tmp_path))).text
    assert "left no map" in text
    assert "its true error is not known" in text


def test_nothing_is_said_of_warnings_where_there_are_none(page: Path) -> None:
    text = Reader(page).text
    assert "Do not trust" not in text
    assert "Unknown coefficients" not in text


def test_csv_holds_the_numbers_of_the_records(page: Path) -> None:
    trials = pd.read_csv(page.parent / "tables" / "trials.csv")
    assert len(trials) == 4
    assert trials["recommended"].sum() == 1
    rates = pd.read_csv(page.parent / "tables" / "survival_rates.csv")
    assert set(rates["axis"]) == {"activation", "depth", "width"}


def test_a_folder_that_is_no_campaign(tmp_path: Path) -> None:
    with pytest.raises(UserError, match=r"expected a campaign folder, found no campaign\.json"):
        reports.write(tmp_path)


def test_a_campaign_without_a_run(tmp_path: Path) -> None:
    Campaign().write(tmp_path)
    with pytest.raises(
        UserError, match="at least one run that has ended, found none; run `nas sea"
    ):
        reports.write(tmp_path)


def test_a_table_that_was_cut_short(tmp_path: Path) -> None:
    realistic(trials=1, broken=()).write(tmp_path)
    table = tmp_path / "tables" / "experts.parquet"
    table.write_bytes(table.read_bytes()[:200])
    with pytest.raises(UserError, match=r"experts\.parquet: damaged or cut short"):
        reports.write(tmp_path)


def test_a_destination_that_cannot_be_written(tmp_path: Path) -> None:
    campaign = realistic(trials=1, broken=()).write(tmp_path / "c")
    (tmp_path / "taken").write_text("a file, not a folder")
    with pytest.raises(UserError, match="expected a folder, got a file or a link to nothing"):
        reports.write(campaign, tmp_path / "taken")


def test_reports_need_no_torch() -> None:
    command = (
        "import sys, pkgutil, importlib; from nas import reports\n"
        "for m in pkgutil.walk_packages(reports.__path__, 'nas.reports.'): "
        "importlib.import_module(m.name)\n"
        "assert 'torch' not in sys.modules\n"
        "nas = {m for m in sys.modules if m.startswith('nas.')}\n"
        "low = ('nas.reports', 'nas.search_spaces', 'nas.campaign', 'nas.runner', 'nas.files', "
        "'nas.errors', 'nas.digest', 'nas.json_file', 'nas.one_line', 'nas.paths', "
        "'nas.belonging', 'nas.folder_lock')\n"
        "assert all(m.startswith(low) for m in nas), nas"
    )
    subprocess.run([sys.executable, "-c", command], check=True)


def test_importing_reports_loads_no_plotting() -> None:
    command = (
        "import sys, nas.reports; assert not {'matplotlib', 'seaborn', 'pandas'} & set(sys.modules)"
    )
    subprocess.run([sys.executable, "-c", command], check=True)
