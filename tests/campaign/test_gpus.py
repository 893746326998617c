"""GPUs that are shared out among workers."""

import pytest
import torch

from nas.campaign import gpus
from nas.campaign.sections import Training


@pytest.fixture
def four(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(torch.cuda, "is_available", lambda: True)
    monkeypatch.setattr(torch.cuda, "device_count", lambda: 4)
    monkeypatch.delenv("CUDA_VISIBLE_DEVICES", raising=False)


@pytest.mark.usefixtures("four")
@pytest.mark.parametrize("device", ["auto", "cuda"])
def test_all_are_shared_out(device: str) -> None:
    assert gpus.shared_out(Training(device=device)) == ("0", "1", "2", "3")


@pytest.mark.usefixtures("four")
@pytest.mark.parametrize("device", ["cpu", "cuda:2"])
def test_a_device_that_was_named_is_for_all(device: str) -> None:
    assert gpus.shared_out(Training(device=device)) == ()


@pytest.mark.usefixtures("four")
def test_several_of_a_run_are_for_all() -> None:
    assert gpus.shared_out(Training(devices=["cuda:0", "cuda:1"])) == ()


@pytest.mark.usefixtures("four")
def test_a_batch_system_says_which(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("CUDA_VISIBLE_DEVICES", "GPU-7,GPU-9")
    monkeypatch.setattr(torch.cuda, "device_count", lambda: 2)
    assert gpus.shared_out(Training()) == ("GPU-7", "GPU-9")


@pytest.mark.usefixtures("four")
def test_one_needs_no_sharing(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(torch.cuda, "device_count", lambda: 1)
    assert gpus.shared_out(Training()) == ()


def test_without_any_there_is_nothing_to_share(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(torch.cuda, "is_available", lambda: False)
    assert gpus.shared_out(Training()) == ()
