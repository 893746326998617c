"""Mesh files: what is read from them, with the libraries and without."""

import re
import sys
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import numpy as np
import pytest

from nas.errors import UserError
from nas.problems.domains import Mesh, Solid, read_mesh

SQUARE = """$MeshFormat
2.2 0 8
$EndMeshFormat
$PhysicalNames
3
1 1 "inlet"
1 2 "walls"
2 3 "fluid"
$EndPhysicalNames
$Nodes
4
1 0 0 0
2 2 0 0
3 2 1 0
4 0 1 0
$EndNodes
$Elements
6
1 1 2 1 1 4 1
2 1 2 2 2 1 2
3 1 2 2 2 3 4
4 1 2 2 2 2 3
5 2 2 3 1 1 2 3
6 2 2 3 1 1 3 4
$EndElements
"""
TETRAHEDRON = """solid tip
facet normal 0 0 -1
outer loop
vertex 0 0 0
vertex 0 1 0
vertex 1 0 0
endloop
endfacet
facet normal 0 -1 0
outer loop
vertex 0 0 0
vertex 1 0 0
vertex 0 0 1
endloop
endfacet
facet normal -1 0 0
outer loop
vertex 0 0 0
vertex 0 0 1
vertex 0 1 0
endloop
endfacet
facet normal 1 1 1
outer loop
vertex 1 0 0
vertex 0 1 0
vertex 0 0 1
endloop
endfacet
endsolid tip
"""


def written(folder: Path, name: str, text: str) -> Path:
    path = folder / name
    path.write_text(text, encoding="utf-8")
    return path


def test_gmsh_with_physical_groups(tmp_path: Path) -> None:
    pytest.importorskip("meshio")
    mesh = read_mesh(written(tmp_path, "square.msh", SQUARE), coordinates=("r", "z"))
    assert isinstance(mesh, Mesh)
    assert mesh.measure == 2
    assert mesh.parts == {"inlet": 1, "walls": 5}
    assert mesh.coordinates == ("r", "z")
    assert mesh.normals("inlet", np.array([[0.0, 0.5]])).tolist() == [[-1, 0]]


def test_formats_that_the_library_writes(tmp_path: Path) -> None:
    meshio = pytest.importorskip("meshio")
    corners = [(0, 0, 0), (1, 0, 0), (0, 1, 0), (0, 0, 1)]
    tetra, floor = np.array([(0, 1, 2, 3)]), np.array([(0, 1, 2)])
    made = meshio.Mesh(
        corners,
        [("triangle", floor), ("tetra", tetra)],
        cell_data={"gmsh:physical": [[7], [1]], "gmsh:geometrical": [[7], [1]]},
        field_data={"floor": np.array([7, 2]), "body": np.array([1, 3])},
    )
    for name, options in (("tip.msh", {"file_format": "gmsh22"}), ("tip.vtu", {})):
        meshio.write(tmp_path / name, made, **options)
        mesh = read_mesh(tmp_path / name)
        assert mesh.measure == pytest.approx(1 / 6)
    gmsh = read_mesh(tmp_path / "tip.msh")
    assert gmsh.parts == pytest.approx({"floor": 0.5, "boundary": 1 + np.sqrt(3) / 2})


def test_a_surface_in_space_is_a_solid(tmp_path: Path) -> None:
    pytest.importorskip("trimesh")
    solid = read_mesh(written(tmp_path, "tip.STL", TETRAHEDRON), coordinates=("x1", "x2", "x3"))
    assert isinstance(solid, Solid)
    assert solid.measure == pytest.approx(1 / 6)
    assert solid.parts == {"boundary": pytest.approx(1.5 + np.sqrt(3) / 2)}
    assert solid.coordinates == ("x1", "x2", "x3")


def test_a_surface_with_a_gap_is_refused(tmp_path: Path) -> None:
    pytest.importorskip("trimesh")
    text = TETRAHEDRON[: TETRAHEDRON.rindex("facet normal")] + "endsolid tip\n"
    path = written(tmp_path, "open.stl", text)
    with pytest.raises(UserError, match=r"open.stl: Solid: the surface is not closed"):
        read_mesh(path)


def block(kind: str, rows: Any) -> SimpleNamespace:
    return SimpleNamespace(type=kind, data=np.array(rows))


def found(blocks: list[SimpleNamespace], points: Any, **facts: Any) -> SimpleNamespace:
    """What meshio returns, as far as it is looked at."""
    cells = {one.type: one.data for one in blocks}
    empty: dict[str, Any] = {"field_data": {}, "cell_data": {}, "cell_sets_dict": {}}
    return SimpleNamespace(
        points=np.array(points, float), cells=blocks, cells_dict=cells, **(empty | facts)
    )


def reads(monkeypatch: pytest.MonkeyPatch, result: Any) -> None:
    def read(path: Path) -> Any:
        if isinstance(result, BaseException):
            raise result
        return result

    monkeypatch.setitem(sys.modules, "meshio", SimpleNamespace(read=read))


POINTS = [(0, 0, 0), (1, 0, 0), (1, 1, 0), (0, 1, 0)]
TRIANGLES = block("triangle", [(0, 1, 2), (0, 2, 3)])
LINES = block("line", [(0, 1), (1, 2)])


def test_sets_of_cells_are_parts(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    sets = {"low": {"line": np.array([0])}, "gmsh:bounding_entities": {"line": np.array([1])}}
    reads(monkeypatch, found([LINES, TRIANGLES], POINTS, cell_sets_dict=sets))
    assert read_mesh(written(tmp_path, "a.msh", "")).parts == {"low": 1, "boundary": 3}


def test_groups_without_a_name_have_their_number(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    tags = {"gmsh:physical": [np.array([5, 6]), np.array([1, 1])]}
    names = {"right": np.array([6, 1]), "body": np.array([5, 2])}
    reads(monkeypatch, found([LINES, TRIANGLES], POINTS, cell_data=tags, field_data=names))
    mesh = read_mesh(written(tmp_path, "a.msh", ""))
    assert mesh.parts == {"group_5": 1, "right": 1, "boundary": 2}


def test_named_faces_of_a_surface(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    corners = [(0, 0, 0), (1, 0, 0), (0, 1, 0), (0, 0, 1)]
    faces = block("triangle", [(0, 2, 1), (0, 1, 3), (0, 3, 2), (1, 2, 3)])
    sets = {"floor": {"triangle": np.array([0])}}
    reads(monkeypatch, found([faces], corners, cell_sets_dict=sets))
    solid = read_mesh(written(tmp_path, "a.msh", ""))
    assert solid.parts == pytest.approx({"floor": 0.5, "boundary": 1 + np.sqrt(3) / 2})


BAD: list[tuple[Any, str]] = [
    (found([block("quad", [(0, 1, 2, 3)])], POINTS), "expected a mesh of triangles or tetrahedra"),
    (found([TRIANGLES, block("quad", [(0, 1, 2, 3)])], POINTS), "got quad, triangle"),
    (found([block("tetra10", [range(10)])], np.zeros((10, 3))), "got tetra10"),
    (found([LINES], POINTS), "expected a mesh of triangles or tetrahedra, got line"),
    (ValueError("bad\nheader"), "meshio cannot read it: ValueError: bad header"),
    (SystemExit(1), "meshio cannot read it: SystemExit: 1"),
]


@pytest.mark.parametrize(("result", "message"), BAD)
def test_bad_files(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, result: Any, message: str
) -> None:
    reads(monkeypatch, result)
    path = written(tmp_path, "a.msh", "")
    with pytest.raises(UserError, match=re.escape(f"{path}: ") + ".*" + re.escape(message)):
        read_mesh(path)


def test_a_missing_file(tmp_path: Path) -> None:
    with pytest.raises(UserError, match=r"plate.msh: no such file"):
        read_mesh(tmp_path / "plate.msh")


@pytest.mark.parametrize(("name", "library"), [("a.msh", "meshio"), ("a.stl", "trimesh")])
def test_without_the_extra(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, name: str, library: str
) -> None:
    monkeypatch.setitem(sys.modules, library, None)
    path = written(tmp_path, name, "")
    message = rf"{name}: {library} is not installed; pip install 'pinn-nas\[mesh\]'"
    with pytest.raises(UserError, match=message):
        read_mesh(path)
