"""YAML as a campaign file is written: the core schema of YAML 1.2, safe, and of limited size."""

import re
from collections.abc import Hashable
from typing import Any

import yaml

from nas.one_line import cut

MOST_NODES = 10_000  # a campaign file has some hundred; what an alias stands for counts each time
MOST_DEPTH = 20  # lists and mappings within one another; a campaign file has five
MOST_CHARACTERS = 4096  # of a text or a number; no path is longer

_TAG = "tag:yaml.org,2002:{}"


class LimitedLoader(yaml.SafeLoader):
    """Loads what a campaign file may hold, and is strict about keys that appear twice.

    PyYAML reads YAML 1.1, where ``2e-3`` is a string, ``8:24`` the number 504, ``010`` eight
    and ``on`` true; none of that is what the writer of a campaign file means.

    Nine aliases of nine aliases, nine times, are a billion nodes in a few hundred letters. So an
    alias counts as many as it stands for, and what is too large is refused before it is built.

    Raises
    ------
    yaml.YAMLError
        If the text is no YAML, or too much of it.

    Examples
    --------
    >>> LimitedLoader("{m: [8, 24], p: &p 2e-1, again: *p}").get_single_data()
    {'m': [8, 24], 'p': 0.2, 'again': 0.2}
    >>> LimitedLoader("[" * 100).get_single_data()  # doctest: +ELLIPSIS
    Traceback (most recent call last):
    yaml.composer.ComposerError: expected at most 20 lists and mappings within one another...
    """

    yaml_implicit_resolvers = {}  # noqa: RUF012 - PyYAML's own way; filled below
    yaml_constructors = {  # noqa: RUF012
        tag: yaml.SafeLoader.yaml_constructors[tag]
        for tag in [*map(_TAG.format, ["null", "bool", "int", "float", "str", "seq", "map"]), None]
    }

    def __init__(self, stream: str) -> None:
        super().__init__(stream)
        self._depth = self._nodes = 0
        self._sizes: dict[int, int] = {}  # of each node by its identity, aliases written out

    def compose_node(self, parent: yaml.Node | None, index: Any) -> yaml.Node | None:
        """The next node, unless it is one too many."""
        mark = self.peek_event().start_mark  # type: ignore[no-untyped-call]
        if self.check_event(yaml.AliasEvent):
            node = super().compose_node(parent, index)
            if id(node) not in self._sizes:
                raise _refused("an alias that stands for a part of itself", mark)
            self._count(self._sizes[id(node)], mark)
            return node
        self._depth += 1
        if self._depth > MOST_DEPTH:
            limit = f"expected at most {MOST_DEPTH} lists and mappings within one another"
            raise _refused(limit, mark)
        before = self._nodes
        self._count(1, mark)
        node = super().compose_node(parent, index)
        self._sizes[id(node)] = self._nodes - before
        self._depth -= 1
        return node

    def compose_scalar_node(self, anchor: Any) -> yaml.ScalarNode:
        """The next text or number, unless it is too long."""
        node: yaml.ScalarNode = super().compose_scalar_node(anchor)
        if len(node.value) > MOST_CHARACTERS:
            limit = f"expected a text of at most {MOST_CHARACTERS:,} characters"
            raise _refused(f"{limit}, got {len(node.value):,}", node.start_mark)
        return node

    def construct_mapping(self, node: yaml.MappingNode, deep: bool = False) -> dict[Hashable, Any]:
        """The mapping, unless a key stands in it twice."""
        seen = set()
        for key, _ in node.value:
            if not isinstance(key, yaml.ScalarNode):
                raise _refused("expected a name as a key, got a list or a mapping", key.start_mark)
            if (key.tag, key.value) in seen:
                raise _refused(f"the key {cut(key.value)} appears twice", key.start_mark)
            seen.add((key.tag, key.value))
        return super().construct_mapping(node, deep)

    def _count(self, nodes: int, mark: yaml.Mark) -> None:
        self._nodes += nodes
        if self._nodes > MOST_NODES:
            limit = f"expected at most {MOST_NODES:,} values, with what aliases stand for"
            raise _refused(limit, mark)


def _refused(why: str, mark: yaml.Mark) -> yaml.MarkedYAMLError:
    return yaml.composer.ComposerError(problem=why, problem_mark=mark)


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
    LimitedLoader.add_implicit_resolver(
        _TAG.format(_kind), re.compile(rf"(?:{_pattern})\Z"), _first
    )
