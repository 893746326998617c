"""The keys of campaign files, as they are listed and written."""

import re
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

import pytest

from nas.campaign import campaign_file, config, keys
from nas.campaign.config import BY_BUDGET, Campaign
from nas.campaign.refusals import _all_keys, unknown_key
from nas.errors import UserError

KEYS = {key.name: key for key in keys.every()}


@pytest.fixture
def path(tmp_path: Path) -> Path:
    path = tmp_path / "my.yaml"
    path.write_text(keys.file(), encoding="utf-8")
    return path


def leaves(values: Mapping[str, Any], prefix: str = "") -> Iterator[str]:
    for name, value in values.items():
        if isinstance(value, Mapping):
            yield from leaves(value, f"{prefix}{name}.")
        else:
            yield prefix + name


def test_all_keys_are_there_once() -> None:
    of_the_model = _all_keys(Campaign)
    sections = {name.rpartition(".")[0] for name in of_the_model} - {""}
    assert list(KEYS) == [name for name in of_the_model if name not in sections]
    assert len(keys.every()) == len(KEYS)


@pytest.mark.parametrize("name", KEYS)
def test_each_says_what_it_is_and_what_it_expects(name: str) -> None:
    key = KEYS[name]
    assert key.meaning
    assert key.expected
    assert "\n" not in key.about
    assert "object" not in key.about
    assert unknown_key(Campaign, key.path) is None
    assert key.required == (name == "problem")


@pytest.mark.parametrize(
    ("name", "default", "expected"),
    [
        ("training.steps", "600", "an integer from 1 to 100000000"),
        ("training.learning_rate", "0.002", "a number above 0, at most 1e30"),
        ("training.dtype", "float32", "one of float32, float64"),
        ("parallel.engine", "local", "one of dask, local, serial"),
        ("space.widths", "[16, 32, 64]", "a list of one or more integers from 1 to 10000, each"),
        ("tune.p", "[0.2, 0.9]", "a number above 0 other than 1, at most 100, or a range"),
        ("seeds", "null", "an integer from 1 to 1000, or null"),
        ("storage", "null", "null or the URL of an Optuna storage such as sqlite:///trials.db"),
    ],
)
def test_defaults_and_expectations_are_those_of_the_configuration(
    name: str, default: str, expected: str
) -> None:
    assert KEYS[name].text == default
    assert KEYS[name].expected.startswith(expected)


def uncommented(path: Path) -> Path:
    """The file with the keys that are comments set."""
    text = re.sub(r"(?m)^( *)# (iterations|steps): ", r"\1\2: ", path.read_text(encoding="utf-8"))
    path.write_text(text, encoding="utf-8")
    return path


def test_a_file_has_every_key_and_gives_the_campaign_without_it(path: Path) -> None:
    there = list(leaves(campaign_file.read(path)))
    assert there == [name for name in KEYS if name.rpartition(".")[2] not in BY_BUDGET]
    loaded, without = config.load(path), config.of_problem(keys.EXAMPLE)
    assert loaded.resolved() == without.resolved()
    assert loaded.identity() == without.identity()
    assert "seeds" not in loaded.model_fields_set  # more workers go on with those there are


def test_keys_on_which_a_budget_decides_are_comments_that_can_be_set(path: Path) -> None:
    assert list(leaves(campaign_file.read(uncommented(path)))) == list(KEYS)
    assert config.load(path).resolved() == config.of_problem(keys.EXAMPLE).resolved()


@pytest.mark.parametrize("typed", [{"budget": "1m"}, {"overrides": ["budget=1m"]}])
def test_a_file_can_be_searched_within_a_budget(path: Path, typed: dict[str, Any]) -> None:
    loaded = config.load(path, **typed)
    assert loaded.budget == 60.0
    assert loaded.training == config.of_problem(keys.EXAMPLE, budget="1m").training


def test_every_line_of_a_file_is_a_key_or_a_comment_that_is_not_wide() -> None:
    for line in keys.file().splitlines():
        text = line.strip()
        assert len(line) <= 96
        assert not text or text.startswith("# ") or ":" in text


def test_a_file_beside_a_budget_is_told_what_to_leave_out(path: Path) -> None:
    told = "training.steps, .*: expected either iterations or a budget, which decides on them"
    with pytest.raises(UserError, match=told):
        config.load(uncommented(path), budget="5m")


def test_a_list_has_two_lines_a_key() -> None:
    lines = keys.lines()
    assert lines[:2] == [
        "problem must be given",
        "    what is solved (the name of a problem or the path of a Python file)",
    ]
    at = lines.index("parallel.workers=2")
    assert lines[at + 1] == "    runs that are trained at a time (an integer from 1 to 1024)"
    assert len(lines) == 2 * len(KEYS)


def test_what_is_listed_can_be_set(path: Path) -> None:
    settings = [line for line in keys.lines()[2::2] if not line.startswith("seeds=")]
    changed = config.of_problem(keys.EXAMPLE, settings)
    assert changed.resolved() == config.of_problem(keys.EXAMPLE).resolved()
