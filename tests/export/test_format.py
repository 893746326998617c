"""What every format promises: the file's name, and use where there is nothing of this package."""

from pathlib import Path

import pytest
import torch

from nas.errors import UserError
from nas.export import Exported, export, load
from nas.export.architecture_file import read
from nas.export.equivalence import run
from nas.export.format import DEFAULT, files, find, names
from tests.oracles import relative


@pytest.mark.parametrize("name", names())
def test_the_program_is_the_network_in_a_fresh_process(
    exported: Exported, tmp_path: Path, name: str
) -> None:
    chosen, network = find(name), load(exported.folder)
    path = tmp_path / chosen.FILE
    path.write_bytes(chosen.serialise(network))
    points = torch.tensor([[0.5, 0.01], [-1.0, 0.1], [2.9, 0.0]], dtype=torch.float64)
    points.requires_grad_()
    answer = run(chosen, path, points)
    fields = network(points)
    (gradient,) = torch.autograd.grad(fields[:, 1].sum(), points)
    assert relative(torch.tensor(answer["fields"], dtype=torch.float64), fields.detach()) < 1e-12
    got = torch.tensor(answer["gradients"][1], dtype=torch.float64)
    assert relative(got, gradient) < 1e-9
    assert answer["first_point"] == [pytest.approx(answer["fields"][0], rel=1e-12)]


@pytest.mark.parametrize("name", names())
def test_the_card_says_how_to_use_it(exported: Exported, name: str) -> None:
    text = find(name).usage(read(exported.architecture).problem)
    assert find(name).FILE in text
    assert find(name).NEEDS in text


def test_each_format_has_a_file_of_its_own() -> None:
    assert DEFAULT in names()
    assert len(set(files())) == len(names())


def test_unknown_format_is_refused_before_anything_is_written(
    campaign: Path, tmp_path: Path
) -> None:
    with pytest.raises(UserError, match=r"--format: expected one of .*pt2.*, got 'onyx'"):
        export(campaign, tmp_path / "model", format="onyx")
    assert list(tmp_path.iterdir()) == []
