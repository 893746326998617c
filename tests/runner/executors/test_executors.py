"""The registry: a file is an engine."""

import importlib

import pytest

from nas.runner.executors import Executor, Resources, create, names
from nas.runner.executors.local import Engine as Local
from nas.runner.executors.serial import Engine as Serial


def test_the_engine_is_the_one_that_is_named() -> None:
    assert isinstance(create(Resources("serial"), lambda job, abandoned: "done"), Serial)
    local: Executor[str] = create(Resources("local", workers=3), lambda job, abandoned: "done")
    assert isinstance(local, Local)
    local.close()


@pytest.mark.parametrize("name", names())
def test_every_file_is_an_engine(name: str) -> None:
    module = importlib.import_module(f"nas.runner.executors.{name}")
    wanted = {"free", "busy", "start", "collect", "close"}
    assert wanted <= set(vars(module.Engine))
