"""What a problem's own code raises outside of a run, such as in ``nas check``, told in a line."""

import sysconfig
import traceback
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from nas.errors import UserError, in_short
from nas.signals import Stop

_TOOLKIT = Path(__file__).resolve().parents[1]
_NOBODYS = (
    *(Path(sysconfig.get_path(name)).resolve() for name in ("stdlib", "purelib", "platlib")),
    *(_TOOLKIT / name for name in ("nas", "reports", "search_spaces")),
)

_LIBRARIES = {"site-packages", "dist-packages"}  # of whichever Python, user or system


@contextmanager
def told() -> Iterator[None]:
    """Turn whatever a user's own function raises into one line that says where.

    That includes what ends Python, as `sys.exit` does. What the toolkit itself raises, and the
    request to stop, are left alone.

    Raises
    ------
    UserError
        With file and line.

    Examples
    --------
    A file that stands neither in the toolkit nor in a library is a user's:

    >>> import runpy
    >>> Path("mine.py").write_text("def residual(u): raise SystemExit(3)")
    36
    >>> residual = runpy.run_path("mine.py")["residual"]
    >>> with told():  # doctest: +ELLIPSIS
    ...     residual(1.0)
    Traceback (most recent call last):
    ...
    nas.errors.UserError: ...mine.py, line 1: raised SystemExit: 3; expected functions that ...
    """
    try:
        yield
    except (UserError, Stop):
        raise
    except BaseException as error:
        # The first frames are this one and that of the `with`.
        frames = traceback.extract_tb(error.__traceback__)[2:]
        own = [frame for frame in frames if _is_users(frame.filename)]
        if not own:
            raise
        raise UserError(
            f"{own[-1].filename}, line {own[-1].lineno}: raised {in_short(error)}; expected "
            "functions that only compute: mend that line"
        ) from error


def _is_users(name: str) -> bool:
    """Whether a file is neither of the toolkit nor of a library; what libraries make is `<...>`."""
    path = Path(name).resolve()
    is_library = _LIBRARIES.intersection(path.parts) or any(map(path.is_relative_to, _NOBODYS))
    return not name.startswith("<") and not is_library
