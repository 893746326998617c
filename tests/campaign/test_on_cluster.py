"""Campaigns on a Dask cluster: what is lost when somebody there is killed, and what is told."""

import os
import re
import signal
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import pytest

from experiments.harness.dask_cluster import Cluster, cluster
from nas.campaign import records
from nas.runner.attempt_log import read_attempts
from tests.campaign.processes import (
    assert_same_tables,
    finish,
    stopped_at,
    wait_until,
)

pytest.importorskip("distributed", reason="the extra `distributed` is not installed")
pytestmark = pytest.mark.skipif(sys.platform != "linux", reason="hosts are loopback addresses")

HOSTS = ("127.0.0.2", "127.0.0.3")
Launch = Callable[..., subprocess.Popen[str]]


def test_whoever_is_killed_the_same_command_ends_with_the_same_tables(
    whole: records.Records, launch: Launch, home: Path, begun: Path, tmp_path: Path
) -> None:
    """First all workers, then the scheduler, then the command."""
    out = begun
    with cluster(tmp_path / "cluster", HOSTS) as there:
        on_it = ("parallel.engine=dask", f"parallel.address={there.address}")
        with stopped_at(home, out, "0001-0") as wait:
            process = launch(out, *on_it)
            wait(process)
            _kill_workers(there)
        there.mend()
        wait_until(lambda: _begun(out) == 2, process)
        assert there.scheduler is not None
        there.scheduler.kill()
        told = finish(process, 2)
        (line,) = [one for one in told.splitlines() if one.startswith("error: ")]
        assert re.fullmatch(
            r"error: parallel\.address: the Dask scheduler at \S+ is gone; start it and its "
            "workers again, then run the same command",
            line,
        )
        there.mend()
        there.wait()
        process = launch(out, *on_it)
        wait_until(lambda: _begun(out) == 3, process)
        os.killpg(process.pid, signal.SIGKILL)
        process.communicate()
        finish(launch(out, *on_it))
    assert_same_tables(out, whole)
    attempts = read_attempts(out / "runs" / "0001-0")
    assert (len(attempts), attempts[-1]["ending"]) == (4, "completed")
    assert attempts[-1]["from_step"] > 0


def test_without_a_folder_that_all_see_it_ends_with_the_same_tables_too(
    whole: records.Records, launch: Launch, home: Path, tmp_path: Path
) -> None:
    """First all workers are killed, then the command; runs are kept in a store."""
    out, store = tmp_path / "out", tmp_path / "store"
    attempts = store / "jobs" / "runs" / "0001-0" / "*"
    with cluster(tmp_path / "cluster", HOSTS) as there:
        on_it = ("parallel.engine=dask", f"parallel.address={there.address}")
        in_store = (*on_it, f"parallel.store=file://{store}")
        with stopped_at(home, attempts, "0001-0") as wait:
            process = launch(out, *in_store)
            wait(process)
            assert not (out / "runs" / "0001-0" / "checkpoint.safetensors").exists()
            _kill_workers(there)
        there.mend()
        wait_until(lambda: _begun(out) == 2, process)  # as a sign of life tells
        os.killpg(process.pid, signal.SIGKILL)
        process.communicate()
        finish(launch(out, *in_store))
        told = finish(launch(tmp_path / "other", *in_store), 2)
    assert "parallel.store: expected an empty place, or that of" in told
    assert_same_tables(out, whole)
    attempts_made = read_attempts(out / "runs" / "0001-0")
    assert (len(attempts_made), attempts_made[-1]["ending"]) == (3, "completed")
    assert attempts_made[1]["from_step"] > 0
    for name in ("mixture.safetensors", "map.parquet"):
        found, expected = (one / "runs" / "0001-0" / name for one in (out, whole.folder))
        assert found.read_bytes() == expected.read_bytes()


def _begun(out: Path) -> int:
    return len(read_attempts(out / "runs" / "0001-0"))


def _kill_workers(there: Cluster) -> None:
    for worker in filter(None, there.workers):
        worker.kill()
        worker.wait()
