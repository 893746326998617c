"""Checkpoints come back bit for bit, and damage is told."""

import json
import math
import re
from pathlib import Path
from typing import Any

import pytest
import torch
from safetensors.torch import save as serialise

from nas.errors import UserError
from nas.training import checkpoint

TREE = {
    "tensor": torch.linspace(0, 1, 7, dtype=torch.float64),
    "scalar": torch.tensor(3.0),
    "numbers": [1, 0.1, -1e-300, True, None, "text"],
    "by number": {0: {"step": torch.tensor(2)}, 1: {}},
    "nested": [{"a": [torch.zeros(2, 0)]}],
}


def test_a_tree_comes_back(tmp_path: Path) -> None:
    checkpoint.save(tmp_path / "c", TREE)
    back = checkpoint.load(tmp_path / "c")
    assert torch.equal(back["tensor"], TREE["tensor"])  # type: ignore[arg-type]
    assert back["scalar"].shape == ()
    assert back["numbers"] == TREE["numbers"]
    assert back["by number"][0]["step"] == 2
    assert back["nested"][0]["a"][0].shape == (2, 0)


def test_floats_come_back_bit_for_bit(tmp_path: Path) -> None:
    values = [math.pi, 1 / 3, 5e-324, 1.7976931348623157e308]
    checkpoint.save(tmp_path / "c", values)
    assert checkpoint.load(tmp_path / "c") == values


def test_tensors_that_share_memory_are_kept(tmp_path: Path) -> None:
    base = torch.arange(6.0)
    checkpoint.save(tmp_path / "c", {"all": base, "part": base[2:4], "turned": base.view(2, 3).T})
    back = checkpoint.load(tmp_path / "c")
    assert torch.equal(back["part"], base[2:4])
    assert torch.equal(back["turned"], base.view(2, 3).T)


def test_cut_short_anywhere_it_is_told(tmp_path: Path) -> None:
    path = tmp_path / "c"
    checkpoint.save(path, TREE)
    content = path.read_bytes()
    for length in range(0, len(content), 97):
        path.write_bytes(content[:length])
        with pytest.raises(UserError, match=r"damaged or cut short .*; delete it and run the same"):
            checkpoint.load(path)


def same(one: Any, other: Any) -> bool:
    """Whether two trees are the same, bit for bit."""
    if isinstance(one, torch.Tensor):
        return one.dtype == other.dtype and torch.equal(one, other)
    if isinstance(one, dict):
        return one.keys() == other.keys() and all(same(one[key], other[key]) for key in one)
    if isinstance(one, list):
        return len(one) == len(other) and all(map(same, one, other))
    return type(one) is type(other) and bool(one == other)


def test_a_flipped_bit_anywhere_is_told_or_without_effect(tmp_path: Path) -> None:
    path = tmp_path / "c"
    checkpoint.save(path, TREE)
    content, whole = path.read_bytes(), checkpoint.load(path)
    told = 0
    for position in range(len(content)):
        damaged = bytearray(content)
        damaged[position] ^= 1 << position % 8
        path.write_bytes(damaged)
        try:
            assert same(checkpoint.load(path), whole), position
        except UserError as error:
            told += (
                re.search(r"file that is damaged or cut short \(.+\); delete", str(error))
                is not None
            )
    assert len(content) - 20 < told < len(content)  # all but the names of digest and folder


def test_a_file_of_a_version_without_digests_is_read(tmp_path: Path) -> None:
    """As every version before this one wrote it."""
    tensors = {"0": torch.linspace(0, 1, 5)}
    tree = {"step": 3, "weights": {"__tensor__": "0"}}
    (tmp_path / "c").write_bytes(serialise(tensors, metadata={"tree": json.dumps(tree)}))
    back = checkpoint.load(tmp_path / "c")
    assert back["step"] == 3
    assert torch.equal(back["weights"], tensors["0"])


NO_CHECKPOINTS = {
    "empty": b"",
    "text": b"garbage" * 50,
    "deep": serialise({}, metadata={"tree": "[" * 100_000}),
    "no tree": serialise({}, metadata={"digest": "0" * 64}),
    "no metadata": serialise({"0": torch.zeros(2)}),
    "huge header": b"\xff" * 8 + b"{}",
    "wrong tensor": serialise({}, metadata={"tree": '{"__tensor__": "7"}'}),
    "unhashable": serialise({}, metadata={"tree": '{"__pairs__": [[[1], 2]]}'}),
}


@pytest.mark.parametrize("content", NO_CHECKPOINTS.values(), ids=NO_CHECKPOINTS)
def test_what_is_no_checkpoint_is_told(content: bytes, tmp_path: Path) -> None:
    (tmp_path / "c").write_bytes(content)
    with pytest.raises(UserError, match=r"expected a checkpoint, got a file .* \(.+\); delete it"):
        checkpoint.load(tmp_path / "c")


def test_a_folder_in_its_place_is_told(tmp_path: Path) -> None:
    with pytest.raises(UserError, match=r"expected a checkpoint, got .*\(.*[Dd]irectory.*\); del"):
        checkpoint.load(tmp_path)


def test_a_tree_of_another_version_is_told(tmp_path: Path) -> None:
    checkpoint.save(tmp_path / "c", {"other": 1})
    with pytest.raises(
        UserError,
        match=r"of this run and of this version .*, got one of another \('step'\); delete",
    ):
        checkpoint.resume(tmp_path / "c", lambda tree: tree["step"])


def test_that_of_another_run_is_told_whatever_its_shapes(tmp_path: Path) -> None:
    checkpoint.save(tmp_path / "0000-0" / "c", {"step": 3})
    (tmp_path / "0000-0").rename(tmp_path / "0001-0")
    with pytest.raises(UserError, match=r"one of another \(written in .*/0000-0\); delete"):
        checkpoint.resume(tmp_path / "0001-0" / "c", lambda tree: None)


def test_that_of_another_folder_above_is_told(tmp_path: Path) -> None:
    """Such as another run's warm-up: those are called alike."""
    checkpoint.save(tmp_path / "0000-0" / "warm-up" / "c", {"step": 3})
    (tmp_path / "0000-0").rename(tmp_path / "0001-0")
    for read in (checkpoint.load_own, lambda path: checkpoint.resume(path, lambda tree: None)):
        with pytest.raises(UserError, match=r"of another \(written in 0000-0/warm-up\); delete"):
            read(tmp_path / "0001-0" / "warm-up" / "c")
    assert checkpoint.load(tmp_path / "0001-0" / "warm-up" / "c") == {"step": 3}


def test_one_that_knows_the_name_of_its_folder_alone_is_read(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """As earlier versions wrote them."""
    with monkeypatch.context() as patch:
        patch.setattr(checkpoint, "_folder", lambda path: "0000-0")
        checkpoint.save(tmp_path / "0000-0" / "c", {"step": 3})
    assert checkpoint.load_own(tmp_path / "0000-0" / "c") == {"step": 3}


def test_a_tree_of_other_shapes_is_told_and_kept(tmp_path: Path) -> None:
    checkpoint.save(tmp_path / "c", torch.nn.Linear(2, 40).state_dict())
    before = (tmp_path / "c").read_bytes()
    with pytest.raises(
        UserError, match=r"of this run .*, got one of another \(Error.*\); delete"
    ) as told:
        checkpoint.resume(tmp_path / "c", torch.nn.Linear(2, 3).load_state_dict)
    assert "\n" not in str(told.value)
    assert len(str(told.value)) < 500
    assert (tmp_path / "c").read_bytes() == before


def test_what_it_cannot_hold_is_refused_before_anything_is_written(tmp_path: Path) -> None:
    with pytest.raises(TypeError, match="cannot hold object"):
        checkpoint.save(tmp_path / "c", {"what": object()})
    assert not list(tmp_path.iterdir())


def test_a_keeper_saves_when_it_is_time_and_never_says_what_it_was_not_told(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    now = [0.0]
    monkeypatch.setattr("time.monotonic", lambda: now[0])
    path, step = tmp_path / "c", [1]
    keeper = checkpoint.Keeper(path, lambda: {"step": step[0]}, save_after=2.0)
    answers = iter([False, False, True, True])
    asked = keeper.asked(lambda: next(answers))
    now[0] = 2.0
    assert not asked()
    assert not path.exists()
    now[0] = 2.1
    assert not asked()
    assert checkpoint.load(path) == {"step": 1}
    step[0], now[0] = 2, 4.0
    assert asked()
    assert checkpoint.load(path) == {"step": 1}
    keeper.save()
    assert checkpoint.load(path) == {"step": 2}
    step[0], now[0] = 3, 6.0  # two seconds after the latest one
    assert asked()
    assert checkpoint.load(path) == {"step": 2}


def test_a_keeper_saves_before_it_asks(tmp_path: Path) -> None:
    """Whoever asks may not come back."""

    def killed() -> bool:
        raise KeyboardInterrupt

    keeper = checkpoint.Keeper(tmp_path / "c", lambda: {"step": 7}, save_after=-1.0)
    with pytest.raises(KeyboardInterrupt):
        keeper.asked(killed)()
    assert checkpoint.load(tmp_path / "c") == {"step": 7}


def test_equal_trees_are_equal_bytes(tmp_path: Path) -> None:
    tree = {"step": 3, "weights": [torch.arange(6.0).view(2, 3), torch.ones(2)]}
    written = set()
    for _ in range(20):  # what is unordered within a library is so from call to call
        checkpoint.save(tmp_path / "c", tree)
        written.add((tmp_path / "c").read_bytes())
    assert len(written) == 1
