"""What a machine and its packages are called."""

import sys
from importlib import metadata

import pytest
import torch

from nas.runner import provenance


def test_versions_are_those_that_run() -> None:
    found = provenance.versions()
    assert found["python"] == sys.version.split()[0]
    assert found["torch"] == torch.__version__


def test_a_package_that_is_not_there_is_named_all_the_same(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    def missing(package: str) -> str:
        raise metadata.PackageNotFoundError(package)

    monkeypatch.setattr(metadata, "version", missing)
    assert provenance.versions()["optuna"] == "not installed"


def test_a_processor_has_a_name() -> None:
    assert provenance.processor()
