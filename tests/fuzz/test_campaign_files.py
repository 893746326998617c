"""Campaign files and --set of every kind: each gives a campaign, or one short line for a fault.

The inputs are the same each time; a longer search is made by raising `EXAMPLES`.
"""

import json
import unicodedata
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from hypothesis import HealthCheck, example, given, settings
from hypothesis import strategies as st

from nas.campaign import config
from nas.campaign.config import Campaign
from nas.campaign.refusals import _all_keys
from nas.errors import UserError

EXAMPLES = 150  # of each test
KEYS = [*_all_keys(Campaign), "space.depths", "space.scales", "seed.x", "unknown", "", ".", "a..b"]
LONGEST = 1100  # characters of a line

fuzzed = settings(
    max_examples=EXAMPLES,
    derandomize=True,
    deadline=None,
    database=None,
    suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow],
)
scalars = st.one_of(
    st.none(),
    st.booleans(),
    st.integers(),
    st.integers(-(10**40), 10**40),
    st.floats(),
    st.text(max_size=40),
    st.sampled_from(
        ["burgers", "full_grid", "../x.py", "~nouser/x.py", "redis://a:b@c", "1h", "\0"]
    ),
)
values = st.recursive(
    scalars,
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(scalars, inner, max_size=4),
    max_leaves=12,
)
sections = st.dictionaries(st.sampled_from(KEYS) | st.text(max_size=8), values, max_size=5)
yaml_like = st.text(
    st.sampled_from(list("abc01:-[]{}&*!|>%@`'\"#,? \n\t<\\~.\0\x1b\x85\u2028\ufeff\ud800é")),
    max_size=60,
)


def nested(flat: dict[Any, Any]) -> dict[Any, Any]:
    """Dotted keys as sections within one another."""
    found: dict[Any, Any] = {}
    for key, value in flat.items():
        *path, last = str(key).split(".")
        section = found
        for name in path:
            inner = section.setdefault(name, {})
            section = inner if isinstance(inner, dict) else {}
        section[last] = value
    return found


def is_clear(read: Callable[[], Campaign]) -> None:
    """Whether ``read`` gives a campaign that can be written down, or says what is wrong."""
    told = "as it should be"
    try:
        json.dumps(read().resolved(), allow_nan=False)
    except UserError as error:
        told = str(error)
    lines = told.split("\n")
    assert all(lines)
    assert max(map(len, lines)) <= LONGEST
    assert not any(unicodedata.category(c) in {"Cc", "Cs", "Zl", "Zp"} for c in "".join(lines))
    assert "b@c" not in told  # a password


@fuzzed
@given(sections)
def test_any_values_of_keys_are_clear(flat: dict[Any, Any]) -> None:
    is_clear(lambda: config.build(**{"problem": "burgers", **nested(flat)}))


@fuzzed
@given(sections)
def test_any_values_in_a_file_are_clear(
    tmp_path_factory: pytest.TempPathFactory, flat: dict[Any, Any]
) -> None:
    """JSON is YAML, nearly."""
    path = tmp_path_factory.getbasetemp() / "fuzz.yaml"
    path.write_text(json.dumps({"problem": "burgers", **nested(flat)}))
    is_clear(lambda: config.load(path))


@fuzzed
@given(st.binary(max_size=60) | yaml_like.map(lambda text: text.encode("utf-8", "surrogatepass")))
@example(b"\xff\xfea\0:\0 \0001\0")
@example(b"a: &a [*a]")
@example(b"<<: {problem: burgers}")
@example(b"problem: !!python/object/apply:os.system [ls]")
@example(b"- " * 40_000)
@example(b"{" * 90_000)
@example(b"a: " + b"9" * 90_000)
def test_any_bytes_in_a_file_are_clear(
    tmp_path_factory: pytest.TempPathFactory, content: bytes
) -> None:
    path = tmp_path_factory.getbasetemp() / "fuzz.yaml"
    path.write_bytes(content)
    is_clear(lambda: config.load(path))


@fuzzed
@given(st.sampled_from(KEYS) | st.text(max_size=10), yaml_like | values.map(str))
def test_any_override_is_clear(key: str, value: str) -> None:
    is_clear(lambda: config.of_problem("burgers", [f"{key}={value}"]))
    is_clear(lambda: config.of_problem("burgers", [value]))
    is_clear(lambda: config.of_problem("burgers", budget=value))


@fuzzed
@given(sections)
def test_any_configuration_read_back_is_clear(flat: dict[Any, Any]) -> None:
    resolved = config.build(problem="burgers").resolved() | nested(flat)
    is_clear(lambda: Campaign.from_resolved(resolved))


def test_the_examples_are_of_both_kinds(tmp_path: Path) -> None:
    """Otherwise nothing would have been tried."""
    is_clear(lambda: config.of_problem("burgers", ["seed=3"]))
    with pytest.raises(AssertionError, match="b@c"):
        is_clear(lambda: Campaign.from_resolved({"problem": _raises()}))


def _raises() -> str:
    raise UserError("b@c")
