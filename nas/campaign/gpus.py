"""The GPUs of this machine, which its workers share out: each sees one of them."""

import os

import torch

from nas.campaign.sections import Training


def shared_out(training: Training) -> tuple[str, ...]:
    """The GPUs by the names that ``CUDA_VISIBLE_DEVICES`` takes; none where all use the same.

    Parameters
    ----------
    training
        Of a campaign: a device with a number, and several, are the same for all workers.

    Examples
    --------
    >>> shared_out(Training(device="cpu")), shared_out(Training(device="cuda:0"))
    ((), ())
    """
    named = training.devices is not None or training.device not in ("auto", "cuda")
    if named or not torch.cuda.is_available():
        return ()
    count = torch.cuda.device_count()
    visible = os.environ.get("CUDA_VISIBLE_DEVICES")
    names = visible.split(",")[:count] if visible else [str(number) for number in range(count)]
    return tuple(names) if count > 1 else ()
