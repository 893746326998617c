"""Reading a campaign file: YAML in, plain data out, each key once.

It knows YAML and dotted keys, but none of the keys of a campaign.
"""

from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

import yaml

from nas import paths
from nas.campaign.limited_yaml import LimitedLoader
from nas.campaign.refusals import shown
from nas.errors import UserError
from nas.one_line import cut

MOST_BYTES = 100_000  # a file has a few thousand; PyYAML reads so many within seconds


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
    text = paths.text(path, MOST_BYTES, "a campaign file")
    found = parse(text, str(path))
    if not isinstance(found, dict):
        kinds = {type(None): "nothing", list: "a list"}
        got = kinds.get(type(found)) or shown(found)
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
    if len(text) > MOST_BYTES:
        raise UserError(f"{where}: expected at most {MOST_BYTES:,} characters, got {len(text):,}")
    loader: LimitedLoader | None = None
    try:
        loader = LimitedLoader(text)
        return loader.get_single_data()
    except yaml.MarkedYAMLError as error:
        line = f"line {error.problem_mark.line + 1}: " if error.problem_mark else ""
        raise UserError(f"{where}: {line}not YAML ({error.problem})") from error
    except yaml.YAMLError as error:
        first = str(error).splitlines()[0]
        raise UserError(f"{where}: not YAML ({first})") from error
    except (ValueError, LookupError) as error:  # what a tag such as !!int makes of a text
        raise UserError(f"{where}: not YAML (a value that is not what its tag says)") from error
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
            f"--set {cut(text)}: expected key=value such as training.steps=500, got {cut(text)!r}"
        )
    return names, parse(value, f"--set {cut(key)}")


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
