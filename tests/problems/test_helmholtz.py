"""The Helmholtz problem's scale; that its solution solves it is tested for all problems."""

from nas.problems import helmholtz


def test_the_size_of_the_solution_is_found_from_its_source() -> None:
    """Within a factor of two, though the source is 167 times as large."""
    (field,) = helmholtz.problem.describe_fields()
    assert 0.5 < field["scale"] < 2
    assert field["offset"] == 0


def test_neither_the_equation_nor_the_boundary_drowns_the_other() -> None:
    """What both leave of a solution of size one counts alike, but for a factor of ten or so."""
    equation, boundary = helmholtz.problem.describe_terms()
    source = helmholtz.amplitude**2 / 4  # the mean square of a product of two sines
    assert 1 < equation["weight"] * source / boundary["weight"] < 15
