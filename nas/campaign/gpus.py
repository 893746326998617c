"""The GPUs of this machine, which its workers share out: each sees one of them."""

import os

import torch


def shared_out(device: str) -> tuple[str, ...]:
    """The GPUs by the names that ``CUDA_VISIBLE_DEVICES`` takes; none where all use one device.

    Parameters
    ----------
    device
        As in a campaign file: a numbered one is the same for all workers.

    Examples
    --------
    >>> shared_out("cpu"), shared_out("cuda:0")
    ((), ())
    """
    if device not in ("auto", "cuda") or not torch.cuda.is_available():
        return ()
    count = torch.cuda.device_count()
    visible = os.environ.get("CUDA_VISIBLE_DEVICES")
    names = visible.split(",")[:count] if visible else [str(number) for number in range(count)]
    return tuple(names) if count > 1 else ()
