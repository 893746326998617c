"""A job that works in a scratch folder, and does not know it."""

from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path
from uuid import uuid4

import pytest

from nas.errors import UserError
from nas.files import write_text
from nas.runner.job import COMPLETED, INTERRUPTED
from nas.runner.job_context import Context
from nas.runner.scratch import CLAIM, Place, done, moved
from nas.runner.store import Store
from nas.runner.stored_attempt import latest
from nas.runner.worker import Worker
from tests.runner.counting import Count

ROOT = Path("/no/such/folder")


@dataclass(frozen=True)
class Written(Count):
    """Writes its numbers whole, as jobs do, and stops where it is told to."""

    stops_at: int = 4

    def work(self, context: Context) -> str:
        context.begin(self.step, "cpu")
        while not self.finished:
            if self.step == self.stops_at:
                return INTERRUPTED
            write_text(self.folder / str(self.step + 1), str(self.folder))
        if self.breaks:
            raise UserError(f"{self.folder / '3'}: expected a number", "delete it")
        context.close(COMPLETED, self.step)
        return COMPLETED


def never() -> bool:
    return False


@pytest.fixture
def place() -> Place:
    store = Store(f"memory://{uuid4().hex}")
    store.write(CLAIM, b"mine")
    return Place(store.url, "mine", ROOT)


def run(job: Count, place: Place, scratch: Path, abandoned: Callable[[], bool] = never) -> str:
    return done(Worker(ROOT, threads=1), job, abandoned, place, scratch)


def test_what_a_job_leaves_is_in_the_store_and_the_next_one_goes_on(
    place: Place, tmp_path: Path
) -> None:
    store, job = Store(place.url), Written(ROOT, 0, stops_at=2)
    assert run(job, place, tmp_path / "1") == INTERRUPTED
    assert run(Written(ROOT, 0), place, tmp_path / "2") == COMPLETED
    last = latest(store, "count-0")
    assert last is not None
    found = last.contents(store)
    texts = [(found[f"count-0/{number}"] or b"").decode() for number in (1, 2, 3)]
    assert texts == [f"{tmp_path}/{folder}/count-0" for folder in (1, 1, 2)]
    assert b"completed" in (found["count-0/log.txt"] or b"")
    assert not ROOT.exists()


def test_a_finished_job_is_not_done_again(place: Place, tmp_path: Path) -> None:
    for scratch in ("1", "2"):
        assert run(Written(ROOT, 0), place, tmp_path / scratch) == COMPLETED
    assert (tmp_path / "2" / "count-0" / "3").read_text() == f"{tmp_path}/1/count-0"


def test_it_finds_what_it_is_given(place: Place, tmp_path: Path) -> None:
    def read(job: Count, abandoned: Callable[[], bool]) -> str:
        return (job.root / "pools" / "0").read_text()

    store = Store(place.url)
    store.write("given/pools/0", b"learnt")
    there = Place(place.url, place.claim, ROOT, given=("pools/0",))
    assert done(read, Count(ROOT, 0), never, there, tmp_path) == "learnt"


def test_paths_in_a_line_are_those_of_the_store(place: Place, tmp_path: Path) -> None:
    with pytest.raises(UserError) as told:
        run(Written(ROOT, 0, breaks="user"), place, tmp_path)
    last = latest(Store(place.url), "count-0")
    assert last is not None
    assert told.value.args == (
        f"{place.url}/{last.key}/count-0/3: expected a number",
        "delete it",
    )
    assert "count-0/3" in last.paths


def test_a_store_of_another_command_is_refused(place: Place, tmp_path: Path) -> None:
    Store(place.url).write(CLAIM, b"another")
    told = (
        "^expected a store that all workers reach, got none of this campaign at "
        f"{place.url}; it is another campaign's, or there is one of this name on each machine$"
    )
    with pytest.raises(UserError, match=told):
        run(Count(ROOT, 0), place, tmp_path)


def test_a_store_that_cannot_be_written_is_refused(tmp_path: Path) -> None:
    url = f"file://{tmp_path}/store"
    Store(url).write(CLAIM, b"mine")
    (tmp_path / "store" / "seen").touch()  # where it tries
    assert "that can be written, got" in Place(url, "mine", ROOT).refusal()


@dataclass(frozen=True)
class Tree:
    """Some of all that a job may hold."""

    path: Path
    inside: tuple[object, ...] = ()
    kind: type = Count
    made: int = field(default=0, init=False)


def test_paths_are_moved_everywhere_and_nothing_else() -> None:
    here, there = Path("/a/b"), Path("/c")
    elsewhere = Tree(Path("/a/bb"), inside=(3, "b", None))
    tree = Tree(here / "x", inside=(elsewhere, (here,), Count(here, 3)))
    found = moved(tree, here, there)
    assert found == Tree(there / "x", inside=(elsewhere, (there,), Count(there, 3)))
    assert found.inside[0] is elsewhere
    assert moved(elsewhere, here, there) is elsewhere
