"""Shared by all tests: one thread, so that results do not depend on the machine's load.

A seed before each, so that none depends on which ran before it. And a kernel of their own, so
that they neither need nor touch the user's.
"""

import os
import signal
import sys
import tempfile
from collections.abc import Iterator
from pathlib import Path

import pytest
import torch

from nas.signals import ASKING

os.environ.setdefault("NAS_CACHE", str(Path(tempfile.gettempdir()) / f"nas-tests-{os.getuid()}"))
torch.set_num_threads(1)
# A shell's & lets Ctrl-C be ignored, and that is inherited; tests press it.
signal.signal(signal.SIGINT, signal.default_int_handler)


@pytest.fixture(autouse=True)
def _seeded() -> None:
    torch.manual_seed(0)


@pytest.fixture(autouse=True)
def _signals_as_before() -> Iterator[None]:
    """A command that a test runs in this process listens to signals; the next test must not."""
    before, hook = {number: signal.getsignal(number) for number in ASKING}, sys.unraisablehook
    yield
    sys.unraisablehook = hook
    for number, handler in before.items():
        signal.signal(number, handler)
