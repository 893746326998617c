"""Back from a folder to the network, without unpickling anything."""

import logging
from pathlib import Path

import safetensors.torch
from safetensors import SafetensorError
from torch import Tensor

from nas.errors import UserError
from nas.export import architecture, architecture_file, sizes
from nas.export.network import ExportedMixture
from nas.export.seal import lasting, sha256
from nas.paths import given

WEIGHTS = "weights.safetensors"
_LOG = logging.getLogger("nas")
FOR_PEOPLE = ".md"  # of files that they may write into
_SHOWN = 3  # complaints in one line


def load(folder: str | Path) -> ExportedMixture:
    """The network that ``nas export`` wrote into ``folder``, as a plain ``torch.nn.Module``.

    Parameters
    ----------
    folder
        Only ``architecture.json`` and ``weights.safetensors`` in it are used. Whatever else of the
        export is there is compared with its digest, so that no damage goes unnoticed.

    Returns
    -------
    A module that maps points (B, D), in the units of the coordinates, to the fields (B, C);
    tensors to tensors, arrays to arrays. It also takes coordinates by name, and ``d`` gives its
    derivatives. It is float64 and on the CPU; ``.to`` changes that. Its ``coordinates`` and
    ``fields`` name the columns, its ``domain`` says where it was trained, its ``unknown`` holds the
    coefficients found, by name, and its ``architecture`` the whole description.

    Raises
    ------
    UserError
        If ``folder`` holds no exported network, or one that is damaged or of an unknown version.

    Examples
    --------
    >>> u = load("model/")  # doctest: +SKIP
    >>> u.coordinates, u.fields, u.unknown  # doctest: +SKIP
    (('x', 't'), ('u',), {'nu': 0.00318})
    >>> u(torch.rand(5, 2, dtype=torch.float64)).shape  # doctest: +SKIP
    torch.Size([5, 1])
    >>> x = np.linspace(-1, 1, 201)  # doctest: +SKIP
    >>> u(x=x, t=0.5).shape, u.d("xx")(x=x, t=0.5).shape  # doctest: +SKIP
    ((201,), (201,))
    """
    folder = given(folder, "nas.load")
    if folder.is_file():
        raise UserError(f"{folder}: expected a folder that `nas export` wrote, got a file")
    described = architecture_file.read(folder / architecture.FILE)
    content = _content(folder / WEIGHTS)
    state = _tensors(folder / WEIGHTS, content)
    _fits(folder / WEIGHTS, sizes.complaint(described, state))
    network = ExportedMixture(described)
    _fits(folder / WEIGHTS, _complaint(state, network.state_dict()))
    for name, known in described.files.items():
        _check(folder / name, known, content if name == WEIGHTS else None)
    network.load_state_dict(state)
    return network


def digest(name: str, content: bytes) -> str:
    """The digest that an export keeps of a file: of a text without what the clock told.

    Examples
    --------
    >>> card = b"# A model\\n"
    >>> digest("MODEL_CARD.md", card) == digest("MODEL_CARD.md", card + b"By the clock: 7\\n")
    True
    """
    return sha256(lasting(content) if name.endswith(FOR_PEOPLE) else content)


def _content(path: Path) -> bytes:
    try:
        return architecture_file.content(path)
    except FileNotFoundError as error:
        raise UserError(
            f"{path}: expected the weights beside {architecture.FILE}, found no such file; "
            "export the network again"
        ) from error
    except (OSError, ValueError) as error:
        raise architecture_file.damaged(path, error) from error


def _tensors(path: Path, content: bytes) -> dict[str, Tensor]:
    try:
        return safetensors.torch.load(content)
    except (SafetensorError, LookupError, ValueError, RuntimeError) as error:
        raise architecture_file.damaged(path, error) from error


def _check(path: Path, known: str, content: bytes | None) -> None:
    """Compare a file with its digest; those that were not read before may be missing."""
    if content is None and not path.is_file():
        return
    if digest(path.name, _content(path) if content is None else content) == known:
        return
    if path.suffix == FOR_PEOPLE:
        _LOG.warning("%s: changed after the export, by hand or by damage", path)
    else:
        why = f"changed after the export, as its SHA-256 in {architecture.FILE} tells"
        raise architecture_file.damaged(path, why)


def _fits(path: Path, complaint: str) -> None:
    if complaint:
        raise UserError(
            f"{path}: expected the tensors that {architecture.FILE} describes, but {complaint}; "
            "export the network again"
        )


def _complaint(got: dict[str, Tensor], expected: dict[str, Tensor]) -> str:
    wrong = [f"{name} is missing" for name in expected if name not in got]
    wrong += [f"{name} is unexpected" for name in got if name not in expected]
    wrong += [
        f"{name} is {_kind(tensor)} instead of {_kind(expected[name])}"
        for name, tensor in got.items()
        if name in expected and _kind(tensor) != _kind(expected[name])
    ]
    more = ["…"] if len(wrong) > _SHOWN else []
    return ", ".join(wrong[:_SHOWN] + more)


def _kind(tensor: Tensor) -> str:
    return f"{str(tensor.dtype).removeprefix('torch.')} {tuple(tensor.shape)}"
