"""Campaign files and --set of every kind: each gives a campaign, or one short line for a fault."""

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from nas.campaign import config
from nas.campaign.config import Campaign
from nas.campaign.refusals import _all_keys
from nas.errors import UserError
from tests.fuzz import inputs
from tests.fuzz.inputs import fuzzed, prompt, values, yaml_like

KEYS = [*_all_keys(Campaign), "space.depths", "space.scales", "seed.x", "unknown", "", ".", "a..b"]

sections = st.dictionaries(st.sampled_from(KEYS) | st.text(max_size=8), values, max_size=5)


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
    inputs.is_clear(lambda: json.dumps(read().resolved(), allow_nan=False))


@fuzzed()
@given(sections)
def test_any_values_of_keys_are_clear(flat: dict[Any, Any]) -> None:
    is_clear(lambda: config.build(**{"problem": "burgers", **nested(flat)}))


@fuzzed()
@given(sections)
def test_any_values_in_a_file_are_clear(
    tmp_path_factory: pytest.TempPathFactory, flat: dict[Any, Any]
) -> None:
    """JSON is YAML, nearly."""
    path = tmp_path_factory.getbasetemp() / "fuzz.yaml"
    path.write_text(json.dumps({"problem": "burgers", **nested(flat)}))
    is_clear(lambda: config.load(path))


@fuzzed()
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


@fuzzed()
@given(st.sampled_from(KEYS) | st.text(max_size=10), yaml_like | values.map(str))
def test_any_override_is_clear(key: str, value: str) -> None:
    is_clear(lambda: config.of_problem("burgers", [f"{key}={value}"]))
    is_clear(lambda: config.of_problem("burgers", [value]))
    is_clear(lambda: config.of_problem("burgers", budget=value))


@fuzzed()
@given(sections)
def test_any_configuration_read_back_is_clear(flat: dict[Any, Any]) -> None:
    resolved = config.build(problem="burgers").resolved() | nested(flat)
    is_clear(lambda: Campaign.from_resolved(resolved))


def test_the_examples_are_of_both_kinds(tmp_path: Path) -> None:
    """Otherwise nothing would have been tried."""
    is_clear(lambda: config.of_problem("burgers", ["seed=3"]))
    with pytest.raises(AssertionError):
        is_clear(lambda: Campaign.from_resolved({"problem": _raises()}))


def test_what_hangs_is_found() -> None:
    def spins() -> None:
        while True:
            pass

    with pytest.raises(AssertionError, match=r"no answer within 0\.01 s of CPU"), prompt(0.01):
        spins()


def _raises() -> str:
    raise UserError("b@c")
