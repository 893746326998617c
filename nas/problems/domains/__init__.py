"""Where a problem holds: one kind of domain a file, and how they are combined.

A new kind is a class with the attributes of `Domain`; if it is a `Shape`, too, it has the
operators. The less it has of what `nas.problems.domains.shape` looks for, the more is estimated.
"""

from nas.problems.domains.box import Box
from nas.problems.domains.combination import Combination, combine
from nas.problems.domains.domain import (
    Array,
    Domain,
    Mask,
    check_names,
    check_part,
    distance,
    into_bounds,
    is_domain,
    located,
    pieces_of,
    surfaces,
)
from nas.problems.domains.ellipse import Ellipse
from nas.problems.domains.mesh import Mesh
from nas.problems.domains.mesh_file import read_mesh
from nas.problems.domains.naming import Named
from nas.problems.domains.pieces import Pieces
from nas.problems.domains.polygon import Polygon
from nas.problems.domains.product import Product, product
from nas.problems.domains.ring import Ring
from nas.problems.domains.round import Ball, Disc
from nas.problems.domains.solid import Solid

__all__ = [
    "Array",
    "Ball",
    "Box",
    "Combination",
    "Disc",
    "Domain",
    "Ellipse",
    "Mask",
    "Mesh",
    "Named",
    "Pieces",
    "Polygon",
    "Product",
    "Ring",
    "Solid",
    "check_names",
    "check_part",
    "combine",
    "distance",
    "into_bounds",
    "is_domain",
    "located",
    "pieces_of",
    "product",
    "read_mesh",
    "surfaces",
]
