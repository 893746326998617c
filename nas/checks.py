"""Settings that cannot be right are refused when they are made."""


def check(settings: object, **fields: tuple[bool, str]) -> None:
    """Refuse settings of which a field is out of its range.

    Parameters
    ----------
    settings
        Whose fields they are.
    fields
        By name: whether it is as it should be, and how that is.

    Raises
    ------
    ValueError
        If one is not; it names the first.

    Examples
    --------
    >>> from types import SimpleNamespace
    >>> settings = SimpleNamespace(tries=0)
    >>> check(settings, tries=(settings.tries >= 1, "at least 1"))
    Traceback (most recent call last):
        ...
    ValueError: SimpleNamespace: expected tries at least 1, got 0
    """
    for name, (right, range_) in fields.items():
        if not right:
            got = getattr(settings, name)
            raise ValueError(f"{type(settings).__name__}: expected {name} {range_}, got {got!r}")
