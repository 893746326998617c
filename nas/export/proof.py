"""What the comparison of an exported program with its mixture has found."""

from dataclasses import dataclass

from nas.export.format import DOUBLE

POINTS = 64  # where the two are compared
AT_ONCE = 4096  # points, when the clock runs


@dataclass(frozen=True)
class Proof:
    """That a program of ``dtype`` is the trained mixture, and how fast it is.

    Parameters
    ----------
    differences
        For each field and, where the program gives them, each of its first derivatives (``u``,
        ``u.x``, …) the largest absolute difference at 64 points of the domain's bounding box, over
        the largest magnitude.
    points_per_second
        Fields by themselves, of 4,096 points at once, on one core.

    Examples
    --------
    >>> Proof({"u": 1e-15, "u.x": 2e-14}).compared, Proof({"u": 1e-15}).compared
    ('values and first derivatives', 'values')
    """

    differences: dict[str, float]
    dtype: str = DOUBLE
    points_per_second: float | None = None

    @property
    def difference(self) -> float:
        """The largest of the differences."""
        return max(self.differences.values())

    @property
    def compared(self) -> str:
        """What was compared, in words."""
        with_derivatives = any("." in name for name in self.differences)
        return "values and first derivatives" if with_derivatives else "values"

    @property
    def speed(self) -> str:
        """What the clock told, as a part of a sentence; empty where it was not asked.

        Examples
        --------
        >>> Proof({"u": 1e-15}, points_per_second=1234567.0).speed
        '1,230,000 points a second, 4,096 at once on one core'
        """
        if self.points_per_second is None:
            return ""
        told = int(float(f"{self.points_per_second:.3g}"))
        return f"{told:,} points a second, {AT_ONCE:,} at once on one core"
