"""What a user may say of numbers of points, for all kinds of terms alike."""

from nas.errors import UserError


def check_count(where: str, name: str, count: int, most: int | None = None) -> None:
    """Raise `UserError` unless ``count``, which is called ``name``, is from 1 up to ``most``.

    Examples
    --------
    >>> check_count("rod: integral", "points", 8)
    >>> check_count("rod: integral", "points", 0)
    Traceback (most recent call last):
    nas.errors.UserError: rod: integral: points: expected a whole number ≥ 1, got 0
    """
    if not isinstance(count, int) or isinstance(count, bool) or count < 1:
        raise UserError(f"{where}: {name}: expected a whole number ≥ 1, got {count!r:.60}")
    if most is not None and count > most:
        raise UserError(f"{where}: {name}: expected at most {most:,}, got {count!r:.60}")
