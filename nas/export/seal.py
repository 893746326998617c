"""Digests in ``architecture.json``: of the files beside it, and of all else that it says itself.

So one flipped bit in an export is told, and not computed with. A digest is no signature: it finds
damage, and files that do not belong together, but no forger.
"""

import hashlib
import json
from collections.abc import Mapping
from typing import Any, Final

KEY: Final = "sha256"
CLOCK: Final = "By the clock: "  # begins a line of a text that differs from export to export

Json = dict[str, Any]


def sha256(content: bytes) -> str:
    """The SHA-256 of a file's ``content``, as ``sha256sum`` prints it.

    Examples
    --------
    >>> sha256(b"")[:16]
    'e3b0c44298fc1c14'
    """
    return hashlib.sha256(content).hexdigest()


def lasting(text: bytes) -> bytes:
    """A text without the lines of the clock: so the same export has the same digests.

    Examples
    --------
    >>> lasting(b"# A model\\nBy the clock: 7 points a second\\n\\n## Use\\n")
    b'# A model\\n\\n## Use\\n'
    """
    lines = text.splitlines(keepends=True)
    return b"".join(line for line in lines if not line.startswith(CLOCK.encode()))


def sealed(description: Mapping[str, Any]) -> Json:
    """``description`` and its digest, which sees what is said and not how it is laid out.

    Examples
    --------
    >>> one, other = sealed({"width": 16, "depth": 2}), sealed({"depth": 2, "width": 16})
    >>> list(one), one["sha256"] == other["sha256"]
    (['width', 'depth', 'sha256'], True)
    """
    said = {name: of for name, of in description.items() if name != KEY}
    text = json.dumps(said, sort_keys=True, separators=(",", ":"))
    return {**said, KEY: sha256(text.encode("ascii"))}


def is_whole(description: Mapping[str, Any]) -> bool:
    """Whether ``description`` says what it said when it was sealed.

    Examples
    --------
    >>> told = sealed({"width": 16})
    >>> is_whole(told), is_whole(told | {"width": 17}), is_whole({"width": 16})
    (True, False, False)
    """
    return bool(description.get(KEY) == sealed(description)[KEY])
