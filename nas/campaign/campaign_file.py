"""Reading a campaign file: YAML in, plain data out, each key once.

It knows YAML and dotted keys, but none of the keys of a campaign.
"""

import re
from collections.abc import Hashable, Mapping, Sequence
from pathlib import Path
from typing import Any

import yaml

from nas.campaign.refusals import shown
from nas.errors import UserError

_TAG = "tag:yaml.org,2002:{}"


class _Loader(yaml.SafeLoader):
    """The core schema of YAML 1.2, safe, and strict about keys that appear twice.

    PyYAML reads YAML 1.1, where ``2e-3`` is a string, ``8:24`` the number 504, ``010`` eight
    and ``on`` true; none of that is what the writer of a campaign file means.
    """

    yaml_implicit_resolvers = {}  # noqa: RUF012 - PyYAML's own way; filled below
    yaml_constructors = {  # noqa: RUF012
        tag: yaml.SafeLoader.yaml_constructors[tag]
        for tag in [*map(_TAG.format, ["null", "bool", "int", "float", "str", "seq", "map"]), None]
    }

    def construct_mapping(self, node: yaml.MappingNode, deep: bool = False) -> dict[Hashable, Any]:
        seen = set()
        for key, _ in node.value:
            if (key.tag, str(key.value)) in seen:
                raise yaml.constructor.ConstructorError(
                    problem=f"the key {key.value} appears twice", problem_mark=key.start_mark
                )
            seen.add((key.tag, str(key.value)))
        return super().construct_mapping(node, deep)


for _kind, _pattern, _first in [
    ("null", r"~|null|Null|NULL|", ["~", "n", "N", ""]),
    ("bool", r"true|True|TRUE|false|False|FALSE", list("tTfF")),
    ("int", r"[-+]?(0|[1-9][0-9_]*)", list("-+0123456789")),
    (
        "float",
        r"[-+]?([0-9]+\.[0-9]*|\.[0-9]+)([eE][-+]?[0-9]+)?|[-+]?[0-9]+[eE][-+]?[0-9]+"
        r"|[-+]?\.(inf|Inf|INF)|\.(nan|NaN|NAN)",
        list("-+.0123456789"),
    ),
]:
    _Loader.add_implicit_resolver(_TAG.format(_kind), re.compile(rf"(?:{_pattern})\Z"), _first)


def read(path: Path) -> dict[str, Any]:
    """The keys and values of the campaign file at ``path``.

    Raises
    ------
    UserError
        If there is no such file, it is not YAML, a key appears twice, or it holds no keys.

    Examples
    --------
    >>> from tempfile import TemporaryDirectory
    >>> with TemporaryDirectory() as name:
    ...     _ = (Path(name) / "my.yaml").write_text("{problem: burgers, tune: {m: [8, 24]}}")
    ...     print(read(Path(name) / "my.yaml"))
    {'problem': 'burgers', 'tune': {'m': [8, 24]}}
    """
    try:
        text = path.read_text(encoding="utf-8")
    except IsADirectoryError as error:
        raise UserError(
            f"{path}: expected a campaign file, got a folder; name a file in it"
        ) from error
    except FileNotFoundError as error:
        raise UserError(f"{path}: no such file; give the path of a campaign file") from error
    except OSError as error:
        raise UserError(
            f"{path}: cannot be read ({error.strerror}); give a readable file"
        ) from error
    except UnicodeDecodeError as error:
        raise UserError(f"{path}: not text in UTF-8; give a campaign file in YAML") from error
    found = parse(text, str(path))
    if not isinstance(found, dict):
        got = "nothing" if found is None else "a list" if isinstance(found, list) else repr(found)
        raise UserError(f"{path}: expected keys and values such as `problem: burgers`, got {got}")
    return found


def parse(text: str, where: str) -> Any:
    """The data in ``text``; errors say that it is ``where``.

    Examples
    --------
    Numbers are those of YAML 1.2:

    >>> parse("{learning_rate: 2e-3, m: 010}", "my.yaml")
    {'learning_rate': 0.002, 'm': '010'}
    """
    loader: _Loader | None = None
    try:
        loader = _Loader(text)
        return loader.get_single_data()
    except yaml.MarkedYAMLError as error:
        line = f"line {error.problem_mark.line + 1}: " if error.problem_mark else ""
        raise UserError(f"{where}: {line}not YAML ({error.problem})") from error
    except (yaml.YAMLError, ValueError, RecursionError) as error:
        first = str(error).splitlines()[0]
        raise UserError(f"{where}: not YAML ({first})") from error
    finally:
        if loader is not None:
            loader.dispose()


def parse_override(text: str) -> tuple[tuple[str, ...], Any]:
    """The dotted key and the value of an override.

    Examples
    --------
    >>> parse_override("training.steps=500")
    (('training', 'steps'), 500)

    Raises
    ------
    UserError
        If it is no ``key=value`` or the value is not YAML.
    """
    key, separator, value = text.partition("=")
    names = tuple(name.strip() for name in key.split("."))
    if not separator or not all(names):
        raise UserError(
            f"--set {text}: expected key=value such as training.steps=500, got {text!r}"
        )
    return names, parse(value, f"--set {text}")


def with_override(settings: Mapping[str, Any], names: Sequence[str], value: Any) -> dict[str, Any]:
    """``settings`` with ``value`` at the path ``names``; sections on the way are made.

    Examples
    --------
    >>> with_override({"seed": 1}, ["space", "depths"], [2])
    {'seed': 1, 'space': {'depths': [2]}}

    Raises
    ------
    UserError
        If something that has no keys is in the way.
    """
    first, *rest = names
    if not rest:
        return {**settings, first: value}
    inner = settings.get(first, {})
    if not isinstance(inner, Mapping):
        key = ".".join(names)
        raise UserError(
            f"--set {key}: {first} is {shown(inner)}, without keys; set {first} as a whole"
        )
    return {**settings, first: with_override(inner, rest, value)}
