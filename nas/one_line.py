"""Text that others wrote, as it may be shown: on one line, short, and without any power.

A key, a path, a title or a message may hold anything: an escape sequence that rewrites the
terminal, a newline that makes a second message, ten million letters, a password in an address.
"""

import re
import unicodedata

MOST = 1000  # characters of a line: the longest message that tells all choices has some 700
_LOOKED_AT = 10 * MOST  # of what is longer only the two ends are: patterns are not free
# What moves the cursor, ends the line or turns the direction of writing; halves of characters.
_POWERS = {"Cc", "Cf", "Cs", "Zl", "Zp"}
_SECRETS = (
    (re.compile(r"(://[^\s/:@]*):[^\s]*@"), r"\1:***@"),  # postgresql://me:secret@host
    (re.compile(r"(?i)((?:password|passwd|pwd)=)[^&\s'\"]+"), r"\1***"),  # ?password=secret
)


def one_line(text: str, most: int = MOST) -> str:
    r"""``text`` with its control characters written out, passwords masked, and cut in the middle.

    Its two ends stay, since a message begins with where and ends with what to do.

    Examples
    --------
    >>> print(one_line("a\x1b[2Jb\nc"), one_line("postgresql://me:secret@host/db"))
    a\x1b[2Jb\nc postgresql://me:***@host/db
    >>> one_line("x" * 5000, most=10)
    'xxxxx… (4,990 characters left out) …xxxxx'
    """
    left_out = max(0, len(text) - _LOOKED_AT)
    head, tail = (text[: _LOOKED_AT // 2], text[-_LOOKED_AT // 2 :]) if left_out else (text, "")
    shown = [_harmless(part) for part in (head, tail)]
    if not left_out and len(shown[0]) <= most:
        return shown[0]
    return _without_middle("".join(shown), most, left_out)


def cut(text: str, most: int = 60) -> str:
    """The beginning of ``text``, its passwords masked, and how much follows.

    Examples
    --------
    >>> cut("short"), cut("x" * 5000, most=4)
    ('short', 'xxxx… (4,996 characters more)')
    """
    masked = _masked(text[:_LOOKED_AT]) + text[_LOOKED_AT:]
    more = len(masked) - most
    return masked if more <= 0 else f"{masked[:most]}… ({more:,} characters more)"


def without_secret(said: str, address: str) -> str:
    """What somebody says of an ``address``, without the password in that, or a part of it.

    A password with an ``@`` in it is taken for a host, too.

    Examples
    --------
    >>> without_secret("no host pa@ss@host", "postgresql://me:pa@ss@host/db")
    'no host ***@host'
    >>> without_secret("no host ss@host", "postgresql://me:pa@ss@host/db")
    'no host ***@host'
    """
    user, _, _ = address.partition("//")[2].rpartition("@")
    password = user.partition(":")[2]
    places = [0, *(place + 1 for place, letter in enumerate(password) if letter == "@")]
    for secret in filter(None, (password[place:] for place in places)):
        said = said.replace(f"{secret}@", "***@").replace(f":{secret}", ":***")
    return said


def _masked(text: str) -> str:
    for pattern, masked in _SECRETS:
        text = pattern.sub(masked, text)
    return text


def _harmless(text: str) -> str:
    text = _masked(text)
    return "".join(map(_written_out, text)) if not text.isprintable() else text


def _written_out(character: str) -> str:
    if unicodedata.category(character) in _POWERS:
        return character.encode("unicode_escape").decode()
    return character


def _without_middle(text: str, most: int, left_out: int) -> str:
    begin, end = most // 2, most // 2
    left_out += len(text) - begin - end
    return f"{text[:begin]}… ({left_out:,} characters left out) …{text[-end:]}"
