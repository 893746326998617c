"""Back from a folder to the network, without unpickling anything."""

from pathlib import Path

from safetensors import SafetensorError, safe_open
from torch import Tensor

from nas.errors import UserError
from nas.export import architecture, architecture_file
from nas.export.network import ExportedMixture

WEIGHTS = "weights.safetensors"
_SHOWN = 3  # complaints in one line


def load(folder: str | Path) -> ExportedMixture:
    """The network that ``nas export`` wrote into ``folder``, as a plain ``torch.nn.Module``.

    Parameters
    ----------
    folder
        Only ``architecture.json`` and ``weights.safetensors`` in it are read.

    Returns
    -------
    A module that maps points (B, D), in the units of the coordinates, to the fields (B, C). It is
    float64 and on the CPU; ``.to`` changes that. Its ``coordinates`` and ``fields`` name the
    columns, its ``unknown`` holds the coefficients found, by name, and its ``architecture`` the
    whole description.

    Raises
    ------
    UserError
        If ``folder`` holds no exported network, or one that is damaged or of an unknown version.

    Examples
    --------
    >>> model = load("model/")  # doctest: +SKIP
    >>> model.coordinates, model.fields, model.unknown  # doctest: +SKIP
    (('x', 't'), ('u',), {'nu': 0.00318})
    >>> model(torch.rand(5, 2, dtype=torch.float64)).shape  # doctest: +SKIP
    torch.Size([5, 1])
    """
    folder = Path(folder)
    network = ExportedMixture(architecture_file.read(folder / architecture.FILE))
    path = folder / WEIGHTS
    state = _read(path)
    _check(path, state, network.state_dict())
    network.load_state_dict(state)
    return network


def _read(path: Path) -> dict[str, Tensor]:
    try:
        with safe_open(path, framework="pt") as file:
            return {name: file.get_tensor(name) for name in file.keys()}  # noqa: SIM118
    except FileNotFoundError as error:
        raise UserError(
            f"{path}: expected the weights beside {architecture.FILE}, found no such file; "
            "export the network again"
        ) from error
    except (SafetensorError, OSError, ValueError) as error:
        raise architecture_file.damaged(path, error) from error


def _check(path: Path, got: dict[str, Tensor], expected: dict[str, Tensor]) -> None:
    wrong = [f"{name} is missing" for name in expected if name not in got]
    wrong += [f"{name} is unexpected" for name in got if name not in expected]
    wrong += [
        f"{name} is {_kind(tensor)} instead of {_kind(expected[name])}"
        for name, tensor in got.items()
        if name in expected and _kind(tensor) != _kind(expected[name])
    ]
    if wrong:
        more = ["…"] if len(wrong) > _SHOWN else []
        raise UserError(
            f"{path}: expected the tensors that {architecture.FILE} describes, but "
            f"{', '.join(wrong[:_SHOWN] + more)}; export the network again"
        )


def _kind(tensor: Tensor) -> str:
    return f"{str(tensor.dtype).removeprefix('torch.')} {tuple(tensor.shape)}"
