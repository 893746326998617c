"""JSON that the toolkit writes and reads back: it holds its digest, and whatever stands there
instead is a `ValueError`."""

import json
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from nas import digest
from nas.files import read_bytes, whole

DEEPEST = 64  # levels of nesting; what the toolkit writes has less than ten
_DIGEST = "digest"


def write(path: Path, content: Mapping[str, Any], indent: int | None = None) -> None:
    """Write ``content`` with its digest, whole or not at all.

    Raises
    ------
    UserError
        If the disk refuses.

    Examples
    --------
    >>> write(Path("step.json"), {"step": 7})
    >>> read(Path("step.json"))
    {'step': 7}
    """
    written = serialised(content, indent)
    with whole(path) as temporary:
        temporary.write_bytes(written)


def serialised(content: Mapping[str, Any], indent: int | None = None) -> bytes:
    """What `write` writes.

    Examples
    --------
    >>> parsed(serialised({"step": 7}))
    {'step': 7}
    """
    text = json.dumps({**content, _DIGEST: digest.BLANK}, indent=indent, ensure_ascii=False)
    return digest.sealed(f"{text}\n".encode())


def read(path: Path) -> Any:
    """What `write` wrote; of files without a digest, whatever they hold.

    Integers have 64 bits at most, texts are such as UTF-8 can write.

    Raises
    ------
    OSError
        If there is no such file, or it cannot be read.
    ValueError
        If it is damaged, or no JSON of this kind.

    Examples
    --------
    >>> _ = Path("step.json").write_text("[" * 100_000)
    >>> read(Path("step.json"))
    Traceback (most recent call last):
    ValueError: nested too deeply
    """
    return parsed(read_bytes(path))


def parsed(content: bytes) -> Any:
    """The same of a file's ``content``; raises as `read`.

    Examples
    --------
    >>> parsed(b'{"step": 7}')
    {'step': 7}
    """
    try:
        found = json.loads(content.decode("utf-8"), parse_int=_integer)
    except RecursionError:
        raise ValueError("nested too deeply") from None
    if _is_deep(found):
        raise ValueError("nested too deeply")
    if b"\\u" in content:
        json.dumps(found, ensure_ascii=False).encode()  # halves of surrogate pairs are refused
    if isinstance(found, dict):
        digest.check(content, found.pop(_DIGEST, None))
    return found


def _integer(text: str) -> int:
    if len(text) > 20 or not -(2**63) <= int(text) < 2**63:
        raise ValueError(f"expected numbers of 64 bits, got {text[:24]}…")
    return int(text)


def _is_deep(value: Any) -> bool:
    level = [value]
    for _ in range(DEEPEST):
        level = [part for one in level for part in _parts(one)]
        if not level:
            return False
    return True


def _parts(value: Any) -> list[Any]:
    if isinstance(value, dict):
        return list(value.values())
    return value if isinstance(value, list) else []
