"""The one exception that speaks to the user."""


class UserError(Exception):
    """Something only the user can mend: a wrong key, a missing file, a full disk.

    The message is one line: what was expected, what was got, what to do. The command
    line prints it without a traceback and exits with code 2.
    """
