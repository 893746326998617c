"""Campaign folders with other values under renewed digests, and with any bytes: each is clear."""

import json
import shutil
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from nas import json_file
from tests.fuzz.inputs import assert_lines, damaged, fuzzed, places, prompt, values
from tests.robustness.conftest import Command

EXAMPLES = 30  # of each test
COMMANDS = ("search", "report", "export")
JSON = ("campaign.json", "runs/0000-0/attempts.json", "runs/0000-0/proposal.json")


@pytest.fixture(scope="module")
def out(finished: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    return tmp_path_factory.mktemp("fuzzed") / "out"


def copied(finished: Path, out: Path) -> None:
    shutil.rmtree(out, ignore_errors=True)
    shutil.copytree(finished, out)


def is_clear(nas: Command, out: Path) -> None:
    """Whether what may be done next ends well, or says in a line what is wrong."""
    known = {
        "search": ("bend.yaml", "--out", out),
        "report": (out,),
        "export": (out, "--to", out.parent / "model"),
    }
    for command, arguments in known.items():
        with prompt():
            code, _, errors = nas(command, *arguments)
        assert code in (0, 1, 2), (command, errors)
        lines = errors.splitlines()
        if code == 0:
            assert len(lines) <= 1, (command, errors)
        else:  # a line for each setting that is wrong
            assert lines, command
            assert all(line.startswith("error: ") for line in lines), (command, errors)
        assert_lines(errors.strip() or "nothing to say")


@fuzzed(EXAMPLES)
@given(st.data())
def test_any_value_of_its_json_is_clear(
    nas: Command, finished: Path, out: Path, data: st.DataObject
) -> None:
    copied(finished, out)
    path = out / data.draw(st.sampled_from([name for name in JSON if (out / name).exists()]))
    told = json_file.read(path)
    holder, key = data.draw(st.sampled_from(list(places(told))))
    holder[key] = json.loads(json.dumps(data.draw(values), skipkeys=True))
    json_file.write(path, told)
    is_clear(nas, out)


@fuzzed(EXAMPLES)
@given(st.data())
def test_any_bytes_of_its_files_are_clear(
    nas: Command, finished: Path, out: Path, data: st.DataObject
) -> None:
    copied(finished, out)
    files = sorted(path.relative_to(out).as_posix() for path in out.rglob("*") if path.is_file())
    path = out / data.draw(st.sampled_from(files))
    path.write_bytes(damaged(path.read_bytes(), data))
    is_clear(nas, out)
