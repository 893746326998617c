"""The one exception that is addressed to the user."""


class UserError(Exception):
    """Something that only the user can put right: a wrong key, a missing file, a full disk.

    The message is one line: what was expected, what was found, what to do. The command line
    prints it without a traceback and exits with code 2.

    Examples
    --------
    >>> try:
    ...     raise UserError("width=-3: expected an integer ≥ 1")
    ... except UserError as error:
    ...     print(error)
    width=-3: expected an integer ≥ 1
    """
