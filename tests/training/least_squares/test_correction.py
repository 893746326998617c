"""A correction is kept by a checkpoint as it is."""

from pathlib import Path

import torch

from nas.search_spaces import Candidate
from nas.training import checkpoint
from nas.training.least_squares.correction import Correction


def test_through_a_checkpoint_it_is_the_same(tmp_path: Path) -> None:
    drawn = [torch.randn(2, 8).double(), torch.randn(8, 1).double()]
    biases = [torch.randn(8).double(), torch.randn(1).double()]
    candidate = Candidate("sine", 1, 8, scale=0.5, learns="output")
    made = Correction(candidate, drawn, biases, torch.tensor([0.25]), loss=1e-9)
    checkpoint.save(tmp_path / "c", made.packed())
    back = Correction.unpacked(checkpoint.load(tmp_path / "c"))
    assert (back.candidate, back.loss) == (made.candidate, made.loss)
    assert torch.equal(back.unknown, made.unknown)
    assert all(map(torch.equal, back.weights + back.biases, drawn + biases))
