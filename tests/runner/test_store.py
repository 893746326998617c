"""Objects that are there whole or not at all, and what is told where there is no access."""

import re
from pathlib import Path
from unittest import mock
from uuid import uuid4

import pytest
from fsspec.registry import known_implementations

from nas.errors import UserError
from nas.runner.store import Store


@pytest.fixture(params=["memory", "file"])
def store(request: pytest.FixtureRequest, tmp_path: Path) -> Store:
    kinds = {"memory": f"memory://{uuid4().hex}", "file": f"file://{tmp_path}/store"}
    return Store(kinds[request.param])


def test_what_is_put_is_there_until_it_is_removed(store: Store) -> None:
    store.write("jobs/a/1", b"one")
    store.write("jobs/a/2", b"two")
    store.write("jobs/ab/1", b"another")
    store.write("jobs/a/2", b"")
    assert store.names("jobs/a") == ["1", "2"]
    assert [store.read(f"jobs/{key}") for key in ("a/1", "a/2", "ab/1")] == [
        b"one",
        b"",
        b"another",
    ]
    store.remove("jobs/a/1")
    assert store.names("jobs") == ["a/2", "ab/1"]
    store.remove_all("jobs/a")
    assert store.names("jobs") == ["ab/1"]


def test_what_is_not_there_is_none_and_need_not_be_removed(store: Store) -> None:
    assert store.read("jobs/a") is None
    assert store.names("jobs") == []
    store.remove("jobs/a")
    store.remove_all("jobs")


def test_another_process_writes_too(tmp_path: Path) -> None:
    url = f"file://{tmp_path}/store"
    mine = Store(url)
    assert mine.names("jobs") == []
    Store(url).write("jobs/a", b"a")
    assert mine.names("jobs") == ["a"]


def test_a_write_that_is_cut_short_leaves_what_was_there(tmp_path: Path) -> None:
    store = Store(f"file://{tmp_path}/store")
    store.write("jobs/a", b"before")
    with (
        mock.patch("shutil.move", side_effect=KeyboardInterrupt("now")),
        pytest.raises(KeyboardInterrupt, match="now"),
    ):
        store.write("jobs/a", b"after")
    assert store.read("jobs/a") == b"before"
    assert store.names("jobs") == ["a"]  # and no part of another


def test_no_access_is_a_line(tmp_path: Path) -> None:
    (tmp_path / "file").touch()
    store = Store(f"file://{tmp_path}/file/store")
    told = (
        rf"^parallel\.store: expected a store at file://{tmp_path}/file/store that can be written, "
        r"got NotADirectoryError: .*; check its address, what you may do there and the network, "
        "then run the same command again$"
    )
    with pytest.raises(UserError, match=told):
        store.write("a", b"")
    with pytest.raises(UserError, match=re.escape("that can be read, got NotADirectoryError")):
        store.read("a")


def test_whatever_a_protocol_raises_is_a_line(monkeypatch: pytest.MonkeyPatch) -> None:
    class NoCredentialsError(Exception):
        """botocore's is no OSError."""

    store = Store("memory://nobody")
    monkeypatch.setattr(store._files, "cat_file", mock.Mock(side_effect=NoCredentialsError("no")))
    with pytest.raises(UserError, match=r"that can be read, got NoCredentialsError: no; check its"):
        store.read("a")


def test_without_fsspec_there_is_a_line(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("importlib.util.find_spec", lambda name: None)
    told = (
        r"^parallel\.store: expected fsspec beside a store, got none installed; run: pip install "
    )
    with pytest.raises(UserError, match=told + re.escape("'pinn-nas[store]'") + "$"):
        Store("memory://a")


def test_without_the_package_of_a_protocol_there_is_a_line() -> None:
    known = {"s9": {"class": "no_such_package.Files", "err": "Install s9fs to access S9"}}
    told = (
        r"^parallel\.store: expected the package that reaches s9://, got none installed "
        r"\(ImportError: Install s9fs to access S9\); install it here and on all workers$"
    )
    with (
        mock.patch.dict(known_implementations, known),
        pytest.raises(UserError, match=told),
    ):
        Store("s9://bucket/prefix")


def test_a_protocol_that_nobody_knows_is_a_line() -> None:
    told = r"^parallel\.store: expected a URL such as s3://bucket/prefix, got s4://bucket \(ValueEr"
    with pytest.raises(UserError, match=told):
        Store("s4://bucket")
