"""What an attempt leaves in a store, whenever it is killed, and what the next one goes on from."""

from collections.abc import Callable
from pathlib import Path
from uuid import uuid4

import pytest

from nas import files
from nas.errors import UserError
from nas.files import move, remove, watched, write_text
from nas.runner import job_log
from nas.runner.store import Store
from nas.runner.stored_attempt import Attempt, begin, latest, put

JOB = "runs/0007-0"
NEVER, ALWAYS = 1e9, 0.0  # when a file is put again


class Killed(BaseException):
    """The process is no more."""


class Recorded(Store):
    """A store that tells what it is asked to change, and dies at one of these requests."""

    def __init__(self, url: str, dies_at: int = -1) -> None:
        super().__init__(url)
        self.asked: list[str] = []
        self._dies_at = dies_at

    def write(self, key: str, content: bytes) -> None:
        self._ask(f"put {key}")
        super().write(key, content)

    def remove(self, key: str) -> None:
        self._ask(f"remove {key}")
        super().remove(key)

    def _ask(self, what: str) -> None:
        if len(self.asked) == self._dies_at:
            raise Killed
        self.asked.append(what)


@pytest.fixture
def url() -> str:
    return f"memory://{uuid4().hex}"


def work(folder: Path, watch: Callable[[], None] = lambda: None) -> None:
    """What a run does to its folder, in short; ``watch`` is called after each change."""
    checkpoint = folder / "checkpoint"
    for name, text in (
        *(("proposal", "m"), ("attempts", "begun"), ("checkpoint", "1"), ("checkpoint", "2")),
        *(("mixture", "u"), ("checkpoint", "3"), ("history", "h"), ("runs", "r")),
    ):
        write_text(folder / name, text)
        watch()
    remove(checkpoint)
    watch()
    write_text(folder / "attempts", "closed")
    watch()


def states(tmp_path: Path) -> list[dict[str, bytes]]:
    """All that the folder of a run has held, one after the other."""
    found: list[dict[str, bytes]] = [{}]
    folder = tmp_path / "watched" / JOB

    def look() -> None:
        found.append({f"{JOB}/{path.name}": path.read_bytes() for path in folder.iterdir()})

    work(folder, look)
    return found


def left(url: str) -> dict[str, bytes]:
    """What the latest attempt has, in the store."""
    store = Store(url)
    last = latest(store, JOB)
    return {} if last is None else last.contents(store)


def killed_at(request: int, url: str, scratch: Path, again: float) -> bool:
    """Whether that was before the end."""
    store = Recorded(url, request)
    try:
        attempt = Attempt(store, JOB, scratch, again)
        with watched(attempt.note):
            work(scratch / JOB)
        attempt.flush()
    except Killed:
        return True
    return False


@pytest.mark.parametrize("again", [ALWAYS, NEVER])
def test_a_kill_at_any_moment_leaves_a_state_of_the_folder(again: float, tmp_path: Path) -> None:
    known, request, seen = states(tmp_path), 0, []
    while True:
        url, scratch = f"memory://{uuid4().hex}", tmp_path / str(request)
        going_on = killed_at(request, url, scratch, again)
        found = left(url)
        if again == NEVER:  # what is written again and again may be older, and nothing else
            held = [{**state, **_of(found, state)} for state in known]
            assert any(found == state for state in held), request
        else:
            assert found in known, request
        seen.append(found)
        if not going_on:
            break
        request += 1
    assert seen[-1] == known[-1]
    assert len({tuple(sorted(one)) for one in seen}) > 6  # it was killed at many places


def _of(found: dict[str, bytes], state: dict[str, bytes]) -> dict[str, bytes]:
    again = (f"{JOB}/checkpoint", f"{JOB}/attempts")
    return {name: found[name] for name in again if name in found and name in state}


def test_what_is_written_again_and_again_is_put_with_the_next_other_file(
    url: str, tmp_path: Path
) -> None:
    store = Recorded(url)
    attempt = Attempt(store, JOB, tmp_path, NEVER)
    with watched(attempt.note):
        for text in "123":
            write_text(tmp_path / JOB / "checkpoint", text)
        assert left(url) == {f"{JOB}/checkpoint": b"1"}
        write_text(tmp_path / JOB / "runs", "r")
    base = f"{attempt.key}/"
    assert [one.replace(base, "") for one in store.asked[1:]] == [
        *(f"put {JOB}/checkpoint", "put files.json"),
        *(f"put {JOB}/checkpoint", f"put {JOB}/runs", "put files.json"),
    ]
    assert left(url) == {f"{JOB}/checkpoint": b"3", f"{JOB}/runs": b"r"}


def test_it_is_put_again_once_its_time_has_come(url: str, tmp_path: Path) -> None:
    attempt = Attempt(Store(url), JOB, tmp_path, ALWAYS)
    with watched(attempt.note):
        for text in "123":
            write_text(tmp_path / JOB / "checkpoint", text)
            assert left(url) == {f"{JOB}/checkpoint": text.encode()}


def test_logs_and_renamed_files_are_put_too_and_none_from_elsewhere(
    url: str, tmp_path: Path
) -> None:
    scratch = tmp_path / "scratch"
    attempt = Attempt(Store(url), JOB, scratch, ALWAYS)
    folder = scratch / JOB
    with watched(attempt.note):
        write_text(tmp_path / "cache", "kernel")
        write_text(folder / "checkpoint", "warmed")
        move(folder / "checkpoint", folder / "warmed")
        job_log.add(folder, job_log.RUN, "done")
        write_text(scratch / "runs" / "race-0-0" / "runs", "r")
    assert sorted(left(url)) == [f"{JOB}/log.txt", f"{JOB}/warmed", "runs/race-0-0/runs"]
    assert not files._watchers


def test_the_next_attempt_has_all_and_nobody_late_spoils_it(url: str, tmp_path: Path) -> None:
    first = Attempt(Store(url), JOB, tmp_path / "1", ALWAYS)
    with watched(first.note):
        write_text(tmp_path / "1" / JOB / "checkpoint", "1")
    second = Attempt(Store(url), JOB, tmp_path / "2", ALWAYS)
    assert (tmp_path / "2" / JOB / "checkpoint").read_text() == "1"
    with watched(first.note):  # it was thought dead
        write_text(tmp_path / "1" / JOB / "checkpoint", "late")
        write_text(tmp_path / "1" / JOB / "runs", "late")
    with watched(second.note):
        write_text(tmp_path / "2" / JOB / "runs", "r")
    assert left(url) == {f"{JOB}/checkpoint": b"1", f"{JOB}/runs": b"r"}


def test_of_older_attempts_one_is_left(url: str, tmp_path: Path) -> None:
    store = Store(url)
    keys = [Attempt(store, JOB, tmp_path / str(number)).key for number in range(4)]
    assert [name.partition("/")[0] for name in store.names(f"jobs/{JOB}")] == [
        key.rpartition("/")[2] for key in keys[2:]
    ]


def test_an_attempt_that_was_killed_before_it_had_all_is_none(url: str, tmp_path: Path) -> None:
    store = Store(url)
    begin(store, JOB, 0, {"a": b"a", "b": b"b"})
    with pytest.raises(Killed):
        Attempt(Recorded(url, dies_at=1), JOB, tmp_path)
    assert left(url) == {"a": b"a", "b": b"b"}


@pytest.mark.parametrize(
    "listed", [b"{", b"[]", b'{"paths": ["../../mine"]}', b'{"paths": ["/mine"]}', b'{"paths": 3}']
)
def test_a_list_that_is_damaged_or_leads_elsewhere_is_a_line(listed: bytes, url: str) -> None:
    store = Store(url)
    key = begin(store, JOB, 0, {}).key
    store.write(f"{key}/files.json", listed)
    told = rf"^{url}/{key}: expected what an attempt has left, got a list of its files that is dam"
    with pytest.raises(UserError, match=told):
        latest(store, JOB)


def test_a_file_is_put_into_a_folder_that_is_made(tmp_path: Path) -> None:
    put(tmp_path / "new" / "note", b"4")
    assert (tmp_path / "new" / "note").read_bytes() == b"4"


def test_what_was_removed_is_told_and_what_is_gone_is_a_line(url: str, tmp_path: Path) -> None:
    """A bucket may let objects expire: that is no file that the run has removed."""
    store, checkpoint = Store(url), tmp_path / "1" / JOB / "checkpoint"
    first = Attempt(store, JOB, tmp_path / "1", ALWAYS)
    with watched(first.note):
        write_text(checkpoint, "1")
        remove(checkpoint)
        write_text(tmp_path / "1" / JOB / "runs", "r")
    second = Attempt(store, JOB, tmp_path / "2", ALWAYS)
    last = latest(store, JOB)
    assert last is not None
    assert (last.paths, last.removed) == ((f"{JOB}/runs",), (f"{JOB}/checkpoint",))
    with watched(second.note):
        write_text(tmp_path / "2" / JOB / "checkpoint", "again")
    assert left(url) == {f"{JOB}/runs": b"r", f"{JOB}/checkpoint": b"again"}
    assert (latest(store, JOB) or last).removed == ()
    store.remove(f"{second.key}/{JOB}/runs")
    with pytest.raises(UserError, match=rf"{JOB}/runs: expected a file of an attempt, got none; p"):
        Attempt(store, JOB, tmp_path / "3")
