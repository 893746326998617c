"""The one exception that is addressed to the user, and others in a line."""

from pathlib import Path

from nas.one_line import one_line


class UserError(Exception):
    r"""Something that only the user can put right: a wrong key, a missing file, a full disk.

    The message is one line: what was expected, what was found, what to do. The command line
    prints it without a traceback and exits with code 2.

    Parameters
    ----------
    lines
        One for each thing that is wrong. As text each is short, and has no power over a terminal,
        whatever of the user's own it repeats (see `nas.one_line`).

    Examples
    --------
    >>> try:
    ...     raise UserError("width=-3: expected an integer ≥ 1")
    ... except UserError as error:
    ...     print(error)
    width=-3: expected an integer ≥ 1
    >>> print(UserError("tune.\x1b[2J: unknown key", "seeds: missing"))
    tune.\x1b[2J: unknown key
    seeds: missing
    """

    def __init__(self, *lines: str) -> None:
        super().__init__(*lines)

    def __str__(self) -> str:
        return "\n".join(map(one_line, self.args))


# What a user's function may raise by accident. Whatever else there is asks Python to stop.
RAISED = (Exception, SystemExit, GeneratorExit)
_LONGEST = 300  # characters of a message: some libraries put whole arrays into theirs


def in_short(error: BaseException) -> str:
    """An exception as one line of bounded length.

    Examples
    --------
    >>> in_short(ValueError("no   such thing")), in_short(SystemExit())
    ('ValueError: no such thing', 'SystemExit')
    >>> len(in_short(ValueError("x" * 10**6)))
    333
    """
    try:
        message = " ".join(str(error).split())
    except KeyboardInterrupt:
        raise
    except BaseException:  # it is a user's class
        message = ""
    return one_line(": ".join(filter(None, [type(error).__name__, message])), _LONGEST)


def unreadable(path: Path, error: PermissionError) -> UserError:
    """What to tell of something that is there, and that one may not look at.

    Examples
    --------
    >>> print(unreadable(Path("runs/0000-0"), PermissionError(13, "Permission denied")))
    runs/0000-0: cannot be read (Permission denied); ask its owner for the right to, or work on \
a copy
    """
    return UserError(
        f"{path}: cannot be read ({error.strerror}); ask its owner for the right to, or work on "
        "a copy"
    )
