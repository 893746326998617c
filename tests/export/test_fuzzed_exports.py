"""Exports with other values, sealed anew, and with any bytes: a network, or one short line."""

import json
import shutil
from pathlib import Path
from typing import Any

import pytest
import safetensors.torch
import torch
from hypothesis import given
from hypothesis import strategies as st

from nas.export import Exported, load
from nas.export.seal import sealed, sha256
from tests.fuzz.inputs import damaged, fuzzed, is_clear, places, values

EXAMPLES = 60  # of each test
ARCHITECTURE, WEIGHTS = "architecture.json", "weights.safetensors"


@pytest.fixture(scope="module")
def folder(exported: Exported, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The two files that are needed, which each example writes anew."""
    folder = tmp_path_factory.mktemp("fuzzed")
    for name in (ARCHITECTURE, WEIGHTS):
        shutil.copy(exported.folder / name, folder)
    return folder


@pytest.fixture(scope="module")
def described(exported: Exported) -> Any:
    return json.loads((exported.folder / ARCHITECTURE).read_bytes())


@pytest.fixture(scope="module")
def weights(exported: Exported) -> bytes:
    return (exported.folder / WEIGHTS).read_bytes()


def reads(folder: Path, described: Any, weights: bytes) -> None:
    (folder / WEIGHTS).write_bytes(weights)
    (folder / ARCHITECTURE).write_text(json.dumps(sealed(described)))
    is_clear(lambda: load(folder)(torch.zeros(2, 2, dtype=torch.float64)))


@fuzzed(EXAMPLES)
@given(st.data())
def test_any_value_of_a_description_is_clear(
    folder: Path, described: Any, weights: bytes, data: st.DataObject
) -> None:
    changed = json.loads(json.dumps(described))
    holder, key = data.draw(st.sampled_from(list(places(changed))))
    if data.draw(st.booleans()):
        holder[key] = json.loads(json.dumps(data.draw(values), skipkeys=True))
    else:
        del holder[key]
    reads(folder, changed, weights)


@fuzzed(EXAMPLES)
@given(st.data())
def test_any_shapes_of_weights_are_clear(
    folder: Path, described: Any, weights: bytes, data: st.DataObject
) -> None:
    state = safetensors.torch.load(weights)
    name = data.draw(st.sampled_from(sorted(state)))
    shape = data.draw(st.lists(st.integers(0, 5), max_size=3))
    dtype = data.draw(st.sampled_from([torch.float64, torch.float32, torch.int64, torch.bool]))
    state[data.draw(st.sampled_from([name, "other"]))] = torch.zeros(shape, dtype=dtype)
    content = safetensors.torch.save(state)
    files = described["files"] | {WEIGHTS: sha256(content)}
    reads(folder, described | {"files": files}, content)


@fuzzed(EXAMPLES)
@given(st.sampled_from([ARCHITECTURE, WEIGHTS]), st.data())
def test_any_bytes_are_clear(
    folder: Path, described: Any, weights: bytes, name: str, data: st.DataObject
) -> None:
    reads(folder, described, weights)
    (folder / name).write_bytes(damaged((folder / name).read_bytes(), data))
    is_clear(lambda: load(folder))
