"""All keys of a campaign file: default, meaning and what is expected, as the configuration says.

For `nas keys` and `nas init`. What is expected is what an error says: each key is tried with a
value that nothing can be.
"""

import json
import re
import textwrap
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

from pydantic import BaseModel, ValidationError

from nas.campaign.config import BY_BUDGET, Campaign
from nas.campaign.ranges import Range, as_written
from nas.campaign.refusals import refuse

EXAMPLE = "poisson_l_shape"  # the problem of a file that nobody has changed yet
_WIDTH = 96  # of a comment
_HEAD = (
    "A campaign with every key at its default; what may stay as it is may be left out.",
    "Iterations and steps are comments, with their defaults: a budget decides on them. Within one",
    "`space` and `tune` have defaults of their own: leave the two out to have these.",
)


@dataclass(frozen=True)
class Key:
    """A key, as it stands in a campaign file.

    Examples
    --------
    >>> key = Key(("training", "steps"), 600, "of Adam", "an integer")
    >>> key.name, key.text
    ('training.steps', '600')
    """

    path: tuple[str, ...]
    default: Any  # plain data; of a key that must be given, an example
    meaning: str
    expected: str
    required: bool = False

    @property
    def name(self) -> str:
        """As after ``--set``."""
        return ".".join(self.path)

    @property
    def text(self) -> str:
        """The default in YAML."""
        return _yaml(self.default)

    @property
    def about(self) -> str:
        """Its meaning, and what is expected."""
        return f"{self.meaning} ({self.expected})"


def every() -> list[Key]:
    """All keys, in the order of the configuration.

    Examples
    --------
    >>> next(key.about for key in every() if key.name == "training.learning_rate")
    "Adam's (a number above 0, at most 1e30)"
    """
    return list(_keys(Campaign.model_validate({"problem": EXAMPLE}), ()))


def lines() -> list[str]:
    """All keys for people: each with its default, as after ``--set``, and below it what it is.

    Examples
    --------
    >>> print("\\n".join(lines()[-2:]))
    seed=0
        of all that is drawn (an integer from 0 to 4294967295)
    """
    found = []
    for key in every():
        default = " must be given" if key.required else f"={key.text}"
        found += [f"{key.name}{default}", f"    {key.about}"]
    return found


def markdown() -> list[str]:
    """All keys as a table of a page.

    Examples
    --------
    >>> print(markdown()[-1])
    | `seed` | `0` | of all that is drawn | an integer from 0 to 4294967295 |
    """
    table = [("key", "default", "what it is", "expected"), ("---",) * 4]
    for key in every():
        default = "must be given" if key.required else f"`{key.text}`"
        table.append((f"`{key.name}`", default, key.meaning, key.expected))
    return [f"| {' | '.join(cells)} |" for cells in table]


def file() -> str:
    """A campaign file with all keys at their defaults, and above each what it is.

    Those on which a budget decides are comments, so that the file can be searched within one.

    Examples
    --------
    >>> print("\\n".join(file().splitlines()[-2:]))
    # of all that is drawn (an integer from 0 to 4294967295)
    seed: 0
    """
    campaign = Campaign.model_validate({"problem": EXAMPLE})
    return "\n".join([*(f"# {line}" for line in _HEAD), *_written(campaign, ())]) + "\n"


def _written(values: BaseModel, path: tuple[str, ...]) -> Iterator[str]:
    """The lines of a section of a file."""
    indent = "  " * len(path)
    keys = {key.path: key for key in _keys(values, path)}
    for name, field in type(values).model_fields.items():
        value, here = getattr(values, name), (*path, name)
        if not path:
            yield ""
        if isinstance(value, BaseModel):
            yield from _comment(field.title or _first_line(value), indent)
            yield f"{indent}{name}:"
            yield from _written(value, here)
        else:
            yield from _comment(keys[here].about, indent)
            # A file that gave these could not be searched within a budget.
            yield f"{indent}{'# ' * (name in BY_BUDGET)}{name}: {keys[here].text}"


def _comment(text: str, indent: str) -> list[str]:
    begin = f"{indent}# "
    return textwrap.wrap(text, _WIDTH, initial_indent=begin, subsequent_indent=begin)


def _first_line(section: BaseModel) -> str:
    """What a section is, by its docstring."""
    return (section.__doc__ or "").splitlines()[0].replace("``", "`")


def _keys(values: BaseModel, path: tuple[str, ...]) -> Iterator[Key]:
    """Those of a section, with those of the sections in it."""
    for name, field in type(values).model_fields.items():
        value, here = getattr(values, name), (*path, name)
        if isinstance(value, BaseModel):
            yield from _keys(value, here)
        else:  # a default that depends on other keys is null
            default = None if field.default is None else _plain(value)
            yield Key(here, default, field.title or "", _expected(here), field.is_required())


def _plain(value: Any) -> Any:
    if isinstance(value, Range):
        return as_written(value)
    return list(value) if isinstance(value, tuple) else value


def _expected(path: tuple[str, ...]) -> str:
    """What a key says that it expects, of a value that nothing can be."""
    settings: Any = object()
    for name in reversed(path):
        settings = {name: settings}
    try:
        Campaign.model_validate({"problem": EXAMPLE, **settings})
    except ValidationError as error:
        told = str(refuse(error, Campaign, lambda key: ""))
        return told.partition(": expected ")[2].rpartition(", got ")[0]
    raise AssertionError(f"{'.'.join(path)} takes anything")


def _yaml(value: Any) -> str:
    if isinstance(value, list):
        return f"[{', '.join(map(_yaml, value))}]"
    if isinstance(value, str) and re.fullmatch(r"[A-Za-z]\w*", value):
        return value
    return json.dumps(value)
