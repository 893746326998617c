"""Read a domain from a mesh file: Gmsh, VTU and what else meshio reads; STL by trimesh."""

import os
from collections.abc import Sequence
from importlib import import_module
from pathlib import Path
from typing import Any

import numpy as np

from nas.errors import UserError
from nas.paths import given
from nas.problems.domains.domain import Array
from nas.problems.domains.mesh import REST, Mesh
from nas.problems.domains.solid import Solid

_FACES = {"tetra": "triangle", "triangle": "line"}
_DIMENSION = {"line": 1, "triangle": 2}
_IGNORED = {"vertex", "line", "triangle", "tetra"}


def read_mesh(
    path: str | os.PathLike[str], coordinates: Sequence[str] | None = None
) -> Mesh | Solid:
    """The domain in a mesh file; it needs the extra ``pinn-nas[mesh]``.

    Parameters
    ----------
    path
        A file of Gmsh (``.msh``), VTK (``.vtu``) or another format of meshio with tetrahedra or
        triangles, or a closed surface as ``.stl``. Physical groups of edges or faces, by their
        names, become parts; the rest of the boundary is ``boundary``. An STL file's only part is
        ``boundary``.
    coordinates
        The coordinates' names; by default x, y, z. Triangles at one height are a plane domain.

    Raises
    ------
    UserError
        If the file is missing or cannot be read, the extra is not installed, or there is no mesh
        of triangles or tetrahedra, or no closed surface in it.

    Examples
    --------
    >>> read_mesh("plate.msh")
    Traceback (most recent call last):
    nas.errors.UserError: plate.msh: no such file
    """
    file = given(path, "nas.read_mesh").expanduser()
    if not file.is_file():
        raise UserError(f"{path}: no such file")
    try:
        return _surface(file, coordinates) if _is_stl(file) else _volume(file, coordinates)
    except UserError as error:
        raise UserError(f"{path}: {error}") from error


def _is_stl(file: Path) -> bool:
    return file.suffix.lower() == ".stl"


def _surface(file: Path, coordinates: Sequence[str] | None) -> Solid:
    found = _read("trimesh", "load_mesh", file)
    triangles = {REST: np.asarray(found.faces)}
    return Solid(np.asarray(found.vertices), triangles, coordinates or ("x", "y", "z"))


def _volume(file: Path, coordinates: Sequence[str] | None) -> Mesh | Solid:
    found = _read("meshio", "read", file)
    kinds = {block.type for block in found.cells}
    kind = next((one for one in _FACES if one in kinds), None)
    if kind is None or not kinds <= _IGNORED:
        raise UserError(
            f"expected a mesh of triangles or tetrahedra, got {', '.join(sorted(kinds))}"
        )
    vertices = np.asarray(found.points, np.float64)
    cells = np.concatenate(_blocks(found, kind))
    if kind == "tetra" or _flat(vertices):
        plane = vertices if kind == "tetra" else vertices[:, :2]
        groups = _groups(found, _FACES[kind])
        return Mesh(plane, cells, groups, coordinates)
    groups = _groups(found, kind)
    named = {tuple(sorted(row)) for group in groups.values() for row in group.tolist()}
    rest = [row for row in cells.tolist() if tuple(sorted(row)) not in named]
    triangles = {**groups, REST: np.array(rest)} if rest else groups
    return Solid(vertices, triangles, coordinates or ("x", "y", "z"))


def _flat(vertices: Array) -> bool:
    return vertices.shape[1] == 2 or bool(np.ptp(vertices[:, 2]) == 0)


def _groups(found: Any, kind: str) -> dict[str, Array]:
    """The cells of this kind in each named physical group."""
    cells = np.concatenate([np.empty((0, 1 + _DIMENSION[kind]), int), *_blocks(found, kind)])
    rows: dict[str, Array] = {}
    for name, sets in found.cell_sets_dict.items():
        if len(sets.get(kind, ())) and not name.startswith("gmsh:"):
            rows[name] = cells[sets[kind]]
    tags = found.cell_data.get("gmsh:physical", [])
    if not rows and len(tags) == len(found.cells):  # an older format of Gmsh
        own = [
            np.asarray(tag) for tag, one in zip(tags, found.cells, strict=True) if one.type == kind
        ]
        of = np.concatenate([np.empty(0, int), *own])
        names = _names(found, _DIMENSION[kind])
        rows = {names.get(tag, f"group_{tag}"): cells[of == tag] for tag in np.unique(of).tolist()}
    return rows


def _blocks(found: Any, kind: str) -> list[Array]:
    return [block.data for block in found.cells if block.type == kind]


def _names(found: Any, dimension: int) -> dict[int, str]:
    """The names of the physical groups of this dimension by their tags."""
    pairs = [(name, np.ravel(data).tolist()) for name, data in found.field_data.items()]
    return {data[0]: name for name, data in pairs if len(data) == 2 and data[1] == dimension}


def _read(module: str, function: str, file: Path) -> Any:
    """Call the library's reader, whatever it raises; meshio even ends the program."""
    try:
        reader = getattr(import_module(module), function)
    except ImportError:
        raise UserError(f"{module} is not installed; pip install 'pinn-nas[mesh]'") from None
    try:
        return reader(file)
    except (Exception, SystemExit) as error:
        message = " ".join(str(error).split())
        raise UserError(f"{module} cannot read it: {type(error).__name__}: {message}") from error
