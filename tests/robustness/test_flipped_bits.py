"""Bits flipped in the files of a campaign: each is told, or without any effect."""

import random
import shutil
from pathlib import Path

import pytest

from nas.campaign import records
from tests.robustness.conftest import Command

FLIPS = 36  # of each campaign: each of its files once, and some twice
SHARDS = 6
TABLES = ("trials", "runs", "experts", "history", "fields", "unknowns")
ANEW = {".lock", "stop"}  # nothing is read from them


def tables(out: Path, *more: str) -> dict[str, bytes]:
    """Read anew, since the file of a table may be damaged without any effect."""
    return {name: repr(records.rows(out, name)).encode() for name in (*TABLES, *more)}


def flipped(source: Path, out: Path, number: int) -> Path:
    """A copy of a campaign in which one bit is another; returns the file."""
    shutil.rmtree(out, ignore_errors=True)
    shutil.copytree(source, out)
    files = sorted(path for path in out.rglob("*") if path.is_file() and path.name not in ANEW)
    assert len(files) <= FLIPS
    path, source_of_bits = files[number % len(files)], random.Random(f"flip {number}")
    content = bytearray(path.read_bytes())
    bit = source_of_bits.randrange(8 * len(content))
    content[bit // 8] ^= 1 << bit % 8
    path.write_bytes(content)
    return path


def written(report: Path) -> dict[str, bytes]:
    """What a report has, wherever its campaign lies: the page names its folder."""
    here = str(report.parent).encode()
    files = (path for path in report.rglob("*") if path.is_file())
    return {path.name: path.read_bytes().replace(here, "…".encode()) for path in files}


@pytest.mark.parametrize("shard", range(SHARDS))
def test_of_a_finished_campaign(nas: Command, finished: Path, tmp_path: Path, shard: int) -> None:
    out = tmp_path / "out"
    shutil.copytree(finished, out)
    nas("report", out)
    page, before = written(out / "report"), tables(out)
    attempts = tables(out, "attempts")
    told = nas("search", "bend.yaml", "--out", out)[1].replace(str(out), "…")
    for number in range(shard, FLIPS, SHARDS):
        out = tmp_path / f"out-{number}"  # a log that is lost is told once for each path
        path = flipped(finished, out, number)
        code, _, errors = nas("report", out)
        assert len(errors.splitlines()) <= 1, path
        assert errors.startswith("error: ") if code else written(out / "report") == page, path
        code, printed, errors = nas("search", "bend.yaml", "--out", out)
        assert len(errors.splitlines()) <= 1, path
        assert code == 0 or errors.startswith("error: "), path
        if not code:  # a log of which a warning tells is no table of results
            assert tables(out) == before, path
        if not errors:
            assert printed.replace(str(out), "…") == told, path
            assert tables(out, "attempts") == attempts, path


@pytest.mark.parametrize("shard", range(SHARDS))
def test_of_an_interrupted_campaign(
    nas: Command, finished: Path, interrupted: Path, tmp_path: Path, shard: int
) -> None:
    whole = tables(finished)
    for number in range(shard, FLIPS, SHARDS):
        out = tmp_path / f"out-{number}"  # a log that is lost is told once for each path
        path = flipped(interrupted, out, number)
        code, _, errors = nas("search", "bend.yaml", "--out", out)
        assert len(errors.splitlines()) <= 1, path
        assert errors.startswith("error: ") if code else tables(out) == whole, path
