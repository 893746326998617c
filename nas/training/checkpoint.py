"""Checkpoints: any tree of tensors and plain values, in one file without pickle.

The tensors are stored by safetensors; the tree around them, as JSON in the file's metadata. Beside
it stand the digest of the file, so that one flipped bit is noticed, and the names of the folder
that it is written into and of the one above, which are a run's own. A file is written whole or not
at all, so a crash at any byte leaves the previous one usable. Within a campaign it says of which.
"""

import json
import time
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any

import torch
from safetensors import SafetensorError
from safetensors.torch import load as load_tensors
from safetensors.torch import save as serialise

from nas import belonging, digest
from nas.errors import UserError
from nas.files import read_bytes, whole

SAVE_AFTER = 2.0  # seconds from one checkpoint to the next: what a kill may cost

_ADVICE = "delete it and run the same command again: this run then starts anew, all others are kept"
_SHOWN = 120  # letters of what a library says
_DAMAGED = (
    *(SafetensorError, OSError, ValueError, LookupError, TypeError, AttributeError),
    RecursionError,
)
_KNOWN = "known"
_TENSOR = "__tensor__"
_PAIRS = "__pairs__"  # dictionaries whose keys are no strings


def save(path: Path, tree: Any) -> None:
    """Write ``tree``: dictionaries, lists, tensors, numbers, strings, None.

    Tuples come back as lists. Floats come back bit for bit.

    Examples
    --------
    >>> save(Path("state"), {"step": 3, "losses": {7: float("inf")}, "alive": (0, 2)})
    >>> load(Path("state"))
    {'step': 3, 'losses': {7: inf}, 'alive': [0, 2]}
    """
    tensors: dict[str, torch.Tensor] = {}
    skeleton = _pack(tree, tensors)
    campaign = belonging.campaign_of(path)
    known = {"digest": digest.BLANK, "folder": _folder(path), "campaign": campaign}
    known["tree"] = skeleton
    # One key: safetensors writes several in any order, and equal trees are to be equal bytes.
    content = serialise(tensors, metadata={_KNOWN: json.dumps(known)})
    with whole(path) as temporary:
        # Bytes, not save_file: a full disk is then an OSError, which `whole` tells the user.
        temporary.write_bytes(digest.sealed(content))


def load(path: Path) -> Any:
    """Read what `save` wrote; files of versions that wrote no digest are read without.

    Raises
    ------
    UserError
        If the file is damaged or cut short, be it by one bit.

    Examples
    --------
    >>> Path("state").write_bytes(b"cut short")
    9
    >>> load(Path("state"))  # doctest: +ELLIPSIS
    Traceback (most recent call last):
    nas.errors.UserError: state: expected a checkpoint, got a file that is damaged or ...
    """
    return _read(path)[0]


def load_own(path: Path) -> Any:
    """The same, of a file that was written into the folder where it is now.

    Raises
    ------
    UserError
        As `load`, and if it is another folder's.

    Examples
    --------
    >>> import tempfile
    >>> with tempfile.TemporaryDirectory() as folder:
    ...     save(Path(folder, "pools", "0", "state"), {"step": 3})
    ...     load_own(Path(folder, "pools", "0", "state"))
    {'step': 3}
    """
    tree, folder = _read(path)
    if folder not in (_folder(path), path.absolute().parent.name):  # earlier versions wrote one
        raise _of_another(path, f"written in {folder}")
    return tree


def resume(path: Path, restore: Callable[[Any], None]) -> None:
    """Give ``restore`` what stands at ``path``.

    Whatever ``restore`` raises says that it cannot go on from there. The file is left as it is: it
    may be another run's, and be put back to its place.

    Raises
    ------
    UserError
        If the file is damaged, of another run, or of another version of the toolkit.

    Examples
    --------
    >>> import tempfile
    >>> with tempfile.TemporaryDirectory() as folder:
    ...     save(Path(folder, "checkpoint"), {"step": 3})
    ...     resume(Path(folder, "checkpoint"), print)
    {'step': 3}
    """
    tree = load_own(path)
    try:
        restore(tree)
    except Exception as error:
        raise _of_another(path, in_short(error)) from error


class Keeper:
    """Writes a checkpoint every now and then, while something asks whether to stop.

    Parameters
    ----------
    path
        Of the checkpoint.
    state
        What is to be kept.
    save_after
        Seconds between two checkpoints.

    Examples
    --------
    >>> keeper = Keeper(Path("state"), lambda: {"step": 3}, save_after=0.0)
    >>> keeper.asked(lambda: False)(), load(Path("state"))
    (False, {'step': 3})
    """

    def __init__(
        self, path: Path, state: Callable[[], Any], save_after: float = SAVE_AFTER
    ) -> None:
        self._path, self._state, self._after = path, state, save_after
        self._saved = time.monotonic()

    def asked(self, should_stop: Callable[[], bool]) -> Callable[[], bool]:
        """``should_stop``, which saves when it is asked and it is time to."""

        def asked() -> bool:
            if time.monotonic() - self._saved > self._after:
                self.save()
            return should_stop()

        return asked

    def save(self) -> None:
        """Write the checkpoint now."""
        save(self._path, self._state())
        self._saved = time.monotonic()


def _read(path: Path) -> tuple[Any, str]:
    """The tree, and the names of the folder that it was written into, where the file has them."""
    try:
        content = read_bytes(path)
        known = _known(_metadata(content))
        digest.check(content, known.get("digest"))
        belonging.check(path, known.get("campaign"))
        return _unpack(known["tree"], load_tensors(content)), known.get("folder", _folder(path))
    except _DAMAGED as error:
        raise UserError(
            f"{path}: expected a checkpoint, got a file that is damaged or cut short "
            f"({in_short(error)}); {_ADVICE}"
        ) from error


def _metadata(content: bytes) -> Mapping[str, str]:
    """What the header of a safetensors file says beside its tensors: 8 bytes of length, JSON."""
    length = int.from_bytes(content[:8], "little")
    found: Mapping[str, str] = json.loads(content[8 : 8 + length])["__metadata__"]
    return found


def _known(metadata: Mapping[str, str]) -> dict[str, Any]:
    """What a file says of itself; earlier versions knew the tree alone."""
    if _KNOWN in metadata:
        known: dict[str, Any] = json.loads(metadata[_KNOWN])
        return known
    return {"tree": json.loads(metadata["tree"])}


def _folder(path: Path) -> str:
    return "/".join(path.absolute().parent.parts[-2:])


def _of_another(path: Path, got: str) -> UserError:
    return UserError(
        f"{path}: expected a checkpoint of this run and of this version of the toolkit, got one of "
        f"another ({got}); {_ADVICE}"
    )


def in_short(error: Exception) -> str:
    """The beginning of an error's text, in one line.

    Examples
    --------
    >>> in_short(RuntimeError("size mismatch:\\n  weight")), in_short(KeyError())
    ('size mismatch: weight', 'KeyError')
    """
    text = " ".join(str(error).split()) or type(error).__name__
    return text if len(text) <= _SHOWN else f"{text[:_SHOWN]}…"


def _pack(tree: Any, tensors: dict[str, torch.Tensor]) -> Any:
    if isinstance(tree, torch.Tensor):
        name = str(len(tensors))
        # A copy: safetensors refuses tensors that share memory.
        tensors[name] = tree.detach().cpu().clone().contiguous()
        return {_TENSOR: name}
    if isinstance(tree, dict):
        if all(isinstance(key, str) for key in tree):
            return {key: _pack(value, tensors) for key, value in tree.items()}
        return {_PAIRS: [[_pack(k, tensors), _pack(v, tensors)] for k, v in tree.items()]}
    if isinstance(tree, list | tuple):
        return [_pack(item, tensors) for item in tree]
    if tree is None or isinstance(tree, bool | int | float | str):
        return tree
    raise TypeError(f"a checkpoint cannot hold {type(tree).__name__}")


def _unpack(skeleton: Any, tensors: dict[str, torch.Tensor]) -> Any:
    if isinstance(skeleton, dict):
        if _TENSOR in skeleton:
            return tensors[skeleton[_TENSOR]]
        if _PAIRS in skeleton:
            return {_unpack(k, tensors): _unpack(v, tensors) for k, v in skeleton[_PAIRS]}
        return {key: _unpack(value, tensors) for key, value in skeleton.items()}
    if isinstance(skeleton, list):
        return [_unpack(item, tensors) for item in skeleton]
    return skeleton
