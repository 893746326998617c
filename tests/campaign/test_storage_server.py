"""A study that is kept by a PostgreSQL server: a real one, started for these tests."""

import os
import re
import shutil
import subprocess
from collections.abc import Iterator
from pathlib import Path

import optuna
import pytest

from nas.campaign import campaign, config, records
from nas.campaign.study_storage import without_password
from nas.errors import UserError
from tests.campaign.processes import assert_same_tables

PROGRAMS = sorted(Path("/usr/lib/postgresql").glob("*/bin"))
pytest.importorskip("psycopg", reason="psycopg is not installed")
pytestmark = pytest.mark.skipif(not PROGRAMS, reason="no PostgreSQL server is installed")


class Server:
    """A server on a socket of its own, which nobody else can reach."""

    def __init__(self, folder: Path) -> None:
        self._data, self._socket = folder / "data", folder
        # The server refuses to be started by root, who starts it as the user of its package.
        self._as = ["runuser", "-u", "postgres", "--"] if os.geteuid() == 0 else []
        if self._as:
            shutil.chown(folder, "postgres")
        self._run("initdb", "--auth=trust", "--username=nas", "-D", str(self._data))
        self.start()

    @property
    def url(self) -> str:
        return f"postgresql+psycopg://nas@/postgres?host={self._socket}"

    def start(self) -> None:
        options = f"-c listen_addresses='' -k {self._socket} -c fsync=off"
        log = str(self._socket / "log")
        self._run("pg_ctl", "-D", str(self._data), "-l", log, "-w", "-o", options, "start")

    def stop(self) -> None:
        self._run("pg_ctl", "-D", str(self._data), "-m", "immediate", "stop")

    def _run(self, program: str, *words: str) -> None:
        command = [*self._as, str(PROGRAMS[-1] / program), *words]
        subprocess.run(command, check=True, cwd="/", stdout=subprocess.DEVNULL)


@pytest.fixture(scope="module")
def server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Server]:
    folder = Path("/tmp") / f"nas-postgresql-{os.getpid()}"  # a socket's path is short
    folder.mkdir()
    there = Server(folder)
    yield there
    there.stop()
    shutil.rmtree(folder)


def test_a_study_on_a_server_proposes_what_one_in_the_folder_does(
    server: Server, home: Path, whole: records.Records, tmp_path: Path
) -> None:
    storage = [f"storage={server.url}"]
    one = [*storage, "trials=1"]
    campaign.search(config.load(home / "bend.yaml", one), tmp_path / "out")
    found = campaign.search(config.load(home / "bend.yaml", storage), tmp_path / "out")
    assert_same_tables(tmp_path / "out", whole)
    assert not (tmp_path / "out" / "study.sqlite").exists()
    study = optuna.load_study(storage=server.url, study_name=found.campaign["study"])
    told = [tuple(trial.values) for trial in study.trials]
    assert told == list(zip(whole.trials.held_out_loss, whole.trials.parameters, strict=True))


def test_a_server_that_does_not_answer_is_a_line(
    server: Server, home: Path, tmp_path: Path
) -> None:
    server.stop()
    told = f"storage {without_password(server.url)}: expected a database that answers, got "
    try:
        with pytest.raises(UserError, match=re.escape(told)):
            campaign.search(
                config.load(home / "bend.yaml", [f"storage={server.url}"]), tmp_path / "out"
            )
    finally:
        server.start()
    assert not (tmp_path / "out").exists()
