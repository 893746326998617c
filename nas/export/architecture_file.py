"""Reading ``architecture.json``, of this or an earlier version of the format."""

import json
from pathlib import Path
from typing import Any

from pydantic import ValidationError

from nas import json_file
from nas.errors import UserError, unreadable
from nas.export.architecture import FILE, FORMAT, Architecture
from nas.export.seal import KEY, is_whole
from nas.export.versions import FIRST, LAST, SEALED, upgraded
from nas.files import read_bytes

_SHOWN = 300  # characters of a complaint
_MOST = 1 << 30  # bytes of a file of an export, a hundred times those of the largest networks


def read(path: Path) -> Architecture:
    """The description in the file at ``path``, of this or an earlier version of the format.

    Raises
    ------
    UserError
        If there is no such file, or it is damaged, no description, or of an unknown version.

    Examples
    --------
    >>> from nas.export import example
    >>> path = Path(FILE)
    >>> _ = path.write_text(example.architecture().text(), encoding="utf-8")
    >>> read(path) == example.architecture()
    True
    """
    found = _read_json(path)
    if not isinstance(found, dict) or found.get("format") != FORMAT:
        raise UserError(
            f"{path}: expected the description of an exported network (format {FORMAT!r}), "
            "got something else; give the folder that --to named"
        )
    version = found.get("version")
    if type(version) is not int or version not in range(FIRST, LAST + 1):
        raise UserError(
            f"{path}: expected a format version from {FIRST} to {LAST}, got {str(version)[:20]}; "
            "update this package, or export the network again"
        )
    try:
        if version >= SEALED and not is_whole(found):
            raise damaged(path, f"changed after the export, as its {KEY} tells")
        said = {name: of for name, of in found.items() if version < SEALED or name != KEY}
        return Architecture.model_validate_json(json.dumps(upgraded(said)))
    except ValidationError as error:
        raise damaged(path, first_complaint(error)) from error
    except (LookupError, TypeError, ValueError, AttributeError, RecursionError) as error:
        raise damaged(path, repr(error)) from error


def _read_json(path: Path) -> Any:
    try:
        return json_file.parsed(content(path))
    except FileNotFoundError as error:
        raise UserError(
            f"{path.parent}: expected a folder that `nas export` wrote, found no {FILE} in it; "
            "give the folder that --to named"
        ) from error
    except (OSError, ValueError, RecursionError) as error:
        raise damaged(path, error) from error


def content(path: Path) -> bytes:
    """The bytes of a file of an export, if there are not far too many of them.

    Raises
    ------
    OSError
        If it cannot be read.
    ValueError
        If it is larger than any export's.

    Examples
    --------
    >>> _ = Path("weights").write_bytes(b"1234")
    >>> content(Path("weights"))
    b'1234'
    """
    size = path.stat().st_size
    if size > _MOST:
        raise ValueError(f"{size:.1e} bytes")
    return read_bytes(path)


def damaged(path: Path, why: object) -> UserError:
    """The complaint about a file of an export that cannot be used.

    Examples
    --------
    >>> print(damaged(Path("model/weights.safetensors"), "header too large"))
    model/weights.safetensors: damaged or cut short (header too large); export the network again
    """
    if isinstance(why, PermissionError):
        return unreadable(path, why)
    first = next(iter(str(why).splitlines()), type(why).__name__)[:_SHOWN]
    return UserError(f"{path}: damaged or cut short ({first}); export the network again")


def first_complaint(error: ValidationError) -> str:
    """The first thing that is wrong, with the path to its key.

    Examples
    --------
    >>> from nas.export.architecture import UnknownValue
    >>> try:
    ...     UnknownValue(name="nu", value="small")
    ... except ValidationError as error:
    ...     print(first_complaint(error))
    value: Input should be a valid number
    """
    details = error.errors()[0]
    key = ".".join(str(part) for part in details["loc"])
    message = details["msg"].removeprefix("Value error, ")
    return f"{key}: {message}" if key else message
