"""Files of a campaign replaced by something else: one clear line, or no effect."""

import os
import shutil
from pathlib import Path

import pytest

from tests.robustness.conftest import Command

JSON = {
    "list": b"[]",
    "number": b"7",
    "null": b"null",
    "string": b'"x"',
    "object": b"{}",
    "row of null": b"[null]",
    "deep": b"[" * 100_000,
    "deep keys": b'{"configuration":' * 2000 + b"1" + b"}" * 2000,
    "wrong types": b'{"configuration": [], "problem": 3, "study": null, "attempts": {}}',
    "huge": b'{"seeds": 1' + b"0" * 5000 + b"}",
    "NaN": b"NaN",
}
ANY: dict[str, bytes | float | str] = {
    "empty": b"",
    "garbage": bytes(range(256)) * 8,
    "cut short": 0.6,
    "folder": "folder",
    "pipe": "pipe",
}
OF_FINISHED = {
    "campaign.json": "srv",
    ".lock": "s",
    "study.sqlite": "s",
    "tables/runs.parquet": "sre",
    "tables/trials.parquet": "re",
    "tables/attempts.parquet": "r",
    "runs/0000-0/runs.parquet": "sr",
    "runs/0000-0/experts.parquet": "s",
    "runs/0000-0/attempts.json": "s",
    "runs/0000-0/mixture.safetensors": "e",
    "runs/0001-0/mixture.safetensors": "e",
    "runs/0000-0/map.parquet": "r",
    "runs/0001-0/map.parquet": "r",
}
OF_INTERRUPTED = {
    "study.sqlite": "s",
    "runs/0001-0/checkpoint.safetensors": "s",
    "runs/0001-0/proposal.json": "s",
    "runs/0001-0/.lock": "s",
    "runs/0001-0/progress.json": "s",
}


def spoil(path: Path, content: bytes | float | str) -> None:
    """Put something else in a file's place; a number is the share of it that is left."""
    before = path.read_bytes() if path.exists() else b""
    path.unlink(missing_ok=True)
    if content == "folder":
        path.mkdir()
    elif content == "pipe":
        os.mkfifo(path)
    elif isinstance(content, bytes):
        path.write_bytes(content)
    elif isinstance(content, float):
        path.write_bytes(before[: int(content * len(before))])


def assert_clear(nas: Command, source: Path, out: Path, file: str, commands: str) -> None:
    known = {
        "s": ["search", "bend.yaml", "--out", out],
        "r": ["report", out],
        "e": ["export", out, "--to", out.parent / "model"],
        "v": ["validate", out],
    }
    more = JSON.values() if file.endswith(("campaign.json", "attempts.json")) else ()
    for content in (*ANY.values(), *more):
        for command in commands:
            shutil.rmtree(out, ignore_errors=True)
            shutil.copytree(source, out)
            spoil(out / file, content)
            code, _, errors = nas(*known[command])
            shown = repr(content)[:30]
            assert code in (0, 2), (shown, errors)
            assert len(errors.splitlines()) <= 1, (shown, errors)
            assert len(errors) < 900, shown
            begins = "error: " if code else "warning: "
            assert not errors or errors.startswith(begins), (shown, errors)


@pytest.mark.parametrize("file", OF_FINISHED)
def test_of_a_finished_campaign(nas: Command, finished: Path, tmp_path: Path, file: str) -> None:
    assert_clear(nas, finished, tmp_path / "out", file, OF_FINISHED[file])


@pytest.mark.parametrize("file", OF_INTERRUPTED)
def test_of_an_interrupted_campaign(
    nas: Command, interrupted: Path, tmp_path: Path, file: str
) -> None:
    assert_clear(nas, interrupted, tmp_path / "out", file, OF_INTERRUPTED[file])
