"""The sections of a campaign file, each by itself."""

from typing import Any

import pytest
from pydantic import BaseModel, ValidationError

from nas.campaign import config, on_workers
from nas.campaign.sections import FineTuning, Gate, Parallel, Training, WarmUp, WarmUpPoints
from nas.errors import UserError


def test_threads_are_shared_out_where_none_are_named(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("os.cpu_count", lambda: 8)
    assert Parallel(workers=3, threads=None).resources.threads == 2
    assert Parallel(workers=16, threads=None).resources.threads == 1
    assert Parallel(workers=3, threads=5).resources.threads == 5


@pytest.mark.parametrize(
    ("section", "wrong", "message"),
    [
        (Gate, {"kind": "fence"}, "should be 'perceptron'"),
        (Gate, {"heads": 2}, "Extra inputs are not permitted"),
        (WarmUp, {"method": "newton"}, "should be 'adam', 'gauss_newton'"),
        (WarmUpPoints, {"interior": 5000}, "less than or equal to 4096"),
        (FineTuning, {"iterations": -1}, "greater than or equal to 0"),
        (Training, {"device": "gpu"}, "should match pattern"),
        (Parallel, {"engine": "cluster"}, "should be 'dask', 'local', 'serial'"),
        (Parallel, {"engine": "dask", "store": "runs/store"}, "should match pattern"),
        (Parallel, {"engine": "dask", "store": "/runs/store"}, "should match pattern"),
        (Parallel, {"engine": "dask", "store": "simplecache::s3://a"}, "should match pattern"),
    ],
)
def test_what_a_section_does_not_take_is_refused(
    section: type[BaseModel], wrong: dict[str, Any], message: str
) -> None:
    with pytest.raises(ValidationError, match=message):
        section.model_validate(wrong)


@pytest.mark.parametrize(
    ("store", "told"),
    [
        (
            {"store": "s3://bucket/x"},
            "parallel.store: expected engine: dask beside a store, got local; add the one, or "
            "leave out the other",
        ),
        (
            {"engine": "dask", "store": "runs/store"},
            "parallel.store: expected null or the URL of a store such as "
            "s3://bucket/prefix, got 'runs/store'",
        ),
        (
            {"engine": "dask", "store": "file://runs/store"},
            "parallel.store: expected an absolute path such as file:///shared/store, got a "
            "relative one",
        ),
        (
            {"engine": "dask", "store": "ftp://me:secret@host/x"},
            "parallel.store: expected a URL without a password, got one with it (not shown); set "
            "it up as fsspec has it: in the environment, or in a file",
        ),
    ],
)
def test_a_store_that_cannot_be_one_is_a_line(store: dict[str, str], told: str) -> None:
    with pytest.raises(UserError) as error:
        config.build(problem="burgers", parallel=store)
    assert str(error.value) == told


@pytest.mark.parametrize(
    "url", ["s3://bucket", "file:///shared/x", "abfs://box@me.dfs.core.windows.net/x"]
)
def test_where_runs_are_kept_is_no_part_of_a_campaign(url: str) -> None:
    """The results are the same: it may go on with another store, or with none."""
    campaign = config.build(problem="burgers", parallel={"engine": "dask", "store": url})
    assert campaign.parallel.resources.store == url
    assert campaign.identity() == config.build(problem="burgers").identity()
    assert on_workers.on(campaign, "4").parallel.resources.store is None
