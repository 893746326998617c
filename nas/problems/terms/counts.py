"""What a user may say of numbers of points, for all kinds of terms alike."""

from nas.errors import UserError


def check_count(where: str, name: str, count: int) -> None:
    """Raise `UserError` unless ``count``, which is called ``name``, is a whole number above 0.

    Examples
    --------
    >>> check_count("rod: integral", "points", 8)
    >>> check_count("rod: integral", "points", 0)
    Traceback (most recent call last):
    nas.errors.UserError: rod: integral: points: expected a whole number ≥ 1, got 0
    """
    if not isinstance(count, int) or isinstance(count, bool) or count < 1:
        raise UserError(f"{where}: {name}: expected a whole number ≥ 1, got {count!r}")
