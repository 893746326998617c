from itertools import pairwise
from pathlib import Path

import pytest

from nas.campaign import campaign_file
from nas.errors import UserError


@pytest.mark.parametrize(
    ("text", "value"),
    [
        ("2e-3", 0.002),
        ("2.e3", 2000.0),
        ("-.5E+1", -5.0),
        ("2.0", 2.0),
        ("12", 12),
        ("-3", -3),
        ("1_000", 1000),
        ("0", 0),
        ("true", True),
        ("null", None),
        ("~", None),
        ("", None),
        ("[8, 2e1]", [8, 20.0]),
        ("{a: {b: 1}}", {"a": {"b": 1}}),
        ("'2e-3'", "2e-3"),
        # What YAML 1.1 takes for something else.
        ("010", "010"),
        ("8:24", "8:24"),
        ("on", "on"),
        ("yes", "yes"),
        ("2026-01-31", "2026-01-31"),
        ("cuda:0", "cuda:0"),
        ("e3", "e3"),
        (".", "."),
    ],
)
def test_scalars_mean_what_they_look_like(text: str, value: object) -> None:
    found = campaign_file.parse(text, "here")
    assert found == value
    assert type(found) is type(value)


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("seed: 1\nseed: 2", "line 2: not YAML (the key seed appears twice)"),
        ("a: {b: 1, c: 2, b: 3}", "line 1: not YAML (the key b appears twice)"),
        ("a: [", "line 1: not YAML (expected the node content"),
        ("a: b: c", "line 1: not YAML (mapping values are not allowed here)"),
        ("a:\n\tb: 1", "line 2: not YAML (found character '\\t'"),
        ("? [a]\n: 3", "line 1: not YAML (expected a name as a key, got a list"),
        ("a: 1\n---\nb: 2", "line 2: not YAML (but found another document)"),
        ("a: !!python/object/apply:os.system ['true']", "could not determine a constructor"),
        ("a: !!timestamp x", "could not determine a constructor"),
        *((f"a: !!{tag}", "not YAML (a value that is") for tag in ("int x", "int ''", "bool x")),
        ("a: !!binary x", "could not determine a constructor"),
        ("a: \x00", "not YAML (unacceptable character"),
        ("a: " + "9" * 4400, "expected a text of at most 4,096 characters, got 4,400)"),
        ("[" * 90_000, "expected at most 20 lists and mappings within one another)"),
        ("- " * 500, "expected at most 20 lists and mappings within one another)"),
        ("{a: " * 500, "expected at most 20 lists and mappings within one another)"),
        ("[" + "1," * 11_000 + "]", "expected at most 10,000 values, with what aliases stand for)"),
        ("x" * 100_001, "expected at most 100,000 characters, got 100,001"),
        ("&a [1, *a]", "line 1: not YAML (an alias that stands for a part of itself)"),
        ("a: *b", "line 1: not YAML (found undefined alias 'b')"),
        ("a: \x1b[2J", "not YAML (unacceptable character"),
        ("a: \ud800", "not YAML (unacceptable character"),
        (
            f"{'k' * 99}: 1\n{'k' * 99}: 2",
            f"the key {'k' * 60}… (39 characters more) appears twice)",
        ),
    ],
)
def test_what_is_no_yaml_is_one_line(text: str, message: str) -> None:
    with pytest.raises(UserError) as caught:
        campaign_file.parse(text, "quick.yaml")
    assert str(caught.value).startswith("quick.yaml: ")
    assert message in str(caught.value)
    assert "\n" not in str(caught.value)


def test_an_alias_counts_as_many_as_it_stands_for() -> None:
    names = "abcdefghi"
    lines = ["a: &a [1, 1, 1, 1, 1, 1, 1, 1, 1]"]
    for before, name in pairwise(names):
        lines.append(f"{name}: &{name} [{', '.join([f'*{before}'] * 9)}]")
    with pytest.raises(UserError, match=r"line 5: not YAML \(expected at most 10,000 values, with"):
        campaign_file.parse("\n".join(lines), "bomb.yaml")
    few = campaign_file.parse("\n".join(lines[:2]), "few.yaml")
    assert few["b"] == 9 * [few["a"]]


def test_a_merge_key_is_a_key_like_any_other() -> None:
    """YAML 1.2 knows none; so no key comes from elsewhere unseen."""
    found = campaign_file.parse("{base: &b {seed: 1}, <<: *b}", "quick.yaml")
    assert found == {"base": {"seed": 1}, "<<": {"seed": 1}}


def test_a_mark_at_the_beginning_of_a_file_is_no_part_of_it(tmp_path: Path) -> None:
    path = tmp_path / "quick.yaml"
    path.write_bytes("\ufeffseed: 1".encode())
    assert campaign_file.read(path) == {"seed": 1}


def test_what_is_too_long_is_told_in_a_short_line(tmp_path: Path) -> None:
    path = tmp_path / "long.yaml"
    path.write_text("seed: " + "x" * 10_000_000)
    with pytest.raises(UserError, match=r"expected a campaign file of at most 100,000 bytes, got"):
        campaign_file.read(path)
    for text in ("a" * 10**6, "a=" + "b" * 10**6, f"{'a' * 10**6}=["):
        with pytest.raises(UserError, match=r"--set .*(characters more|at most)") as caught:
            campaign_file.parse_override(text)
        assert len(str(caught.value)) < 300


def test_no_password_is_repeated() -> None:
    with pytest.raises(UserError, match=r"--set storage:postgresql://me:\*\*\*@host/db: expected"):
        campaign_file.parse_override("storage:postgresql://me:secret@host/db")
    with pytest.raises(UserError, match=r"--set storage: line 1: not YAML") as caught:
        campaign_file.parse_override("storage=[postgresql://me:secret@host/db")
    assert "secret" not in str(caught.value)


def test_what_holds_no_keys_is_refused(tmp_path: Path) -> None:
    path = tmp_path / "quick.yaml"
    for text, got in [("", "nothing"), ("# only\n", "nothing"), ("- a", "a list"), ("3", "3")]:
        path.write_text(text)
        with pytest.raises(
            UserError, match=rf"quick\.yaml: expected keys and values .*, got {got}$"
        ):
            campaign_file.read(path)


def test_what_is_no_file_is_refused(tmp_path: Path) -> None:
    with pytest.raises(UserError, match="expected a campaign file, got a folder"):
        campaign_file.read(tmp_path)
    with pytest.raises(UserError, match=r"none\.yaml: no such file; give the path"):
        campaign_file.read(tmp_path / "none.yaml")
    text = tmp_path / "text.yaml"
    text.write_bytes(b"problem: \xff")
    with pytest.raises(UserError, match=r"text\.yaml: not text in UTF-8"):
        campaign_file.read(text)
    with pytest.raises(UserError, match=r"cannot be read \(Not a directory\)"):
        campaign_file.read(text / "quick.yaml")


def test_override_is_a_dotted_key_and_a_value_in_yaml() -> None:
    assert campaign_file.parse_override("training.steps=500") == (("training", "steps"), 500)
    assert campaign_file.parse_override("a = b=c") == (("a",), "b=c")
    with pytest.raises(UserError, match="--set a: expected key=value such as"):
        campaign_file.parse_override("a")


def test_override_leaves_the_settings_alone() -> None:
    settings = {"training": {"steps": 1, "device": "cpu"}}
    changed = campaign_file.with_override(settings, ("training", "steps"), 2)
    assert changed == {"training": {"steps": 2, "device": "cpu"}}
    assert settings == {"training": {"steps": 1, "device": "cpu"}}
    assert campaign_file.with_override({}, ("a", "b"), 1) == {"a": {"b": 1}}
    with pytest.raises(UserError, match=r"--set a\.b: a is null, without keys; set a as a whole"):
        campaign_file.with_override({"a": None}, ("a", "b"), 1)
