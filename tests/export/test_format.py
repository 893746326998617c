"""What every format promises: the file's name, and use where there is nothing of this package."""

from pathlib import Path

import pytest
import torch

from nas.errors import UserError
from nas.export import Exported, export
from nas.export.architecture_file import read
from nas.export.equivalence import run
from nas.export.format import DEFAULT, files, find, names
from tests.export import made_campaign
from tests.export.test_network import facts, plain
from tests.oracles import relative

PROGRAMS = [(name, dtype) for name in names() for dtype in find(name).DTYPES]
# What a format cannot do in one of its types, by the index in the pool of who does it.
REFUSED = {("onnx", "float64"): 4}  # gelu
DIGITS = {"float64": 1e-12, "float32": 1e-5}


@pytest.mark.parametrize(("name", "dtype"), PROGRAMS)
def test_the_program_is_the_network_in_a_fresh_process(
    tmp_path: Path, name: str, dtype: str
) -> None:
    chosen = find(name)
    pytest.importorskip(chosen.NEEDS)
    refused = REFUSED.get((name, dtype))
    mixture = made_campaign.mixture(drop=[1] if refused is None else [1, refused])
    path, network = tmp_path / chosen.FILE, plain(mixture, facts(made_campaign.PROBLEM))
    path.write_bytes(chosen.serialise(network, dtype))
    points = torch.tensor([[0.5, 0.0625], [-1.0, 0.125], [2.75, 0.0]], dtype=torch.float64)
    points.requires_grad_()
    answer = run(chosen, path, points, 6)
    fields = network(points)
    (gradient,) = torch.autograd.grad(fields[:, 1].sum(), points)
    got = torch.tensor(answer["fields"], dtype=torch.float64)
    assert relative(got, fields.detach()) < DIGITS[dtype]
    assert dtype == "float64" or relative(got, fields.detach()) > 1e-9
    if answer["gradients"] is not None:
        slope = torch.tensor(answer["gradients"][1], dtype=torch.float64)
        assert relative(slope, gradient) < 1e3 * DIGITS[dtype]
    assert answer["first_point"] == [pytest.approx(answer["fields"][0], rel=DIGITS[dtype])]
    assert answer["points_per_second"] > 0


@pytest.mark.parametrize(("name", "dtype"), PROGRAMS)
def test_the_card_says_how_to_use_it(exported: Exported, name: str, dtype: str) -> None:
    text = find(name).usage(read(exported.architecture).problem, dtype)
    assert find(name).FILE in text
    assert find(name).NEEDS in text
    assert f".{dtype}" in text


def test_each_format_has_a_file_of_its_own() -> None:
    assert DEFAULT in names()
    assert len(set(files())) == len(names())


def test_numbers_that_a_format_does_not_have_are_refused_before_anything_is_written(
    campaign: Path, tmp_path: Path
) -> None:
    expected = r"--dtype: expected float64 with the format of model\.pt2, got 'float32'"
    with pytest.raises(UserError, match=expected):
        export(campaign, tmp_path / "model", dtype="float32")
    assert list(tmp_path.iterdir()) == []


def test_unknown_format_is_refused_before_anything_is_written(
    campaign: Path, tmp_path: Path
) -> None:
    with pytest.raises(UserError, match=r"--format: expected one of .*pt2.*, got 'onyx'"):
        export(campaign, tmp_path / "model", format="onyx")
    assert list(tmp_path.iterdir()) == []
