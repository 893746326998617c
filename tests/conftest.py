"""Shared by all tests: one thread, so that results do not depend on the machine's load.

And a kernel of their own, so that they neither need nor touch the user's.
"""

import os
import tempfile
from pathlib import Path

import torch

os.environ.setdefault("NAS_CACHE", str(Path(tempfile.gettempdir()) / f"nas-tests-{os.getuid()}"))
torch.set_num_threads(1)
