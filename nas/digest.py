"""A file that holds its own digest, so that one flipped bit anywhere in it is noticed."""

import hashlib

# Stands where the digest will be while it is computed. No file has it by chance.
BLANK = "<sha256 of this file, with these words in place of the digest..>"


def sealed(content: bytes) -> bytes:
    """The bytes of a file with its digest in place of `BLANK`.

    Examples
    --------
    >>> sealed(f"u = 0.5, {BLANK}".encode())[:20]
    b'u = 0.5, 047243bdb4f'
    """
    return content.replace(BLANK.encode(), hashlib.sha256(content).hexdigest().encode())


def check(content: bytes, digest: object) -> None:
    """Refuse a file that is not as `sealed` left it; ``digest`` is what it says of itself.

    None, as files of earlier versions say, is not compared.

    Raises
    ------
    ValueError
        If a bit of the file is another.

    Examples
    --------
    >>> file = sealed(f"u = 0.5, {BLANK}".encode())
    >>> digest = file.decode()[9:]
    >>> check(file, digest)
    >>> check(file.replace(b"5", b"4", 1), digest)
    Traceback (most recent call last):
    ValueError: its digest is that of other contents
    """
    if digest is None:
        return
    known = isinstance(digest, str) and len(digest) == len(BLANK)
    blank = content.replace(str(digest).encode(), BLANK.encode()) if known else b""
    if hashlib.sha256(blank).hexdigest() != digest:
        raise ValueError("its digest is that of other contents")
