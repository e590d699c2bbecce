"""JSON and YAML as nodes that know their lines: strings alone, and no aliases.

Of a key that stands twice the last one counts, as in most readers, and the other is told as lost.

JSON is YAML once its tabs are blanks, which inside its strings none can be. YAML must say strings
alone: as a number, `0200` is 128.
"""

from __future__ import annotations

from typing import TypeAlias

import yaml
from msgspec import Struct

from .drafts import FOREIGN_DEPTH_MAX, FOREIGN_SIZE_MAX, Draft, plain_name

Value: TypeAlias = "str | dict[str, Node] | list[Node]"


class Node(Struct, gc=False):
    """A value and the line on which it begins, 0 if it stands in no text."""

    value: Value
    line: int = 0

    def text(self, draft: Draft, where: str) -> str:
        """This as one string; DialectError if it is more than that."""
        if not isinstance(self.value, str):
            draft.refuse(self.line, where, "one value is expected")
        return self.value

    def keys(self, draft: Draft, where: str) -> dict[str, Node]:
        """This as keys with values; DialectError if it is none."""
        if not isinstance(self.value, dict):
            draft.refuse(self.line, where, "keys with values are expected")
        return self.value


def read_document(draft: Draft, text: str) -> Node:
    """The one document in *text*; DialectError with the line where it is none, or hostile.

    >>> read_document(Draft("a"), '{"a":\\n\\t{"b": 0200}}').value["a"].value["b"]
    Node(value='0200', line=2)
    """
    if len(text) > FOREIGN_SIZE_MAX:
        draft.refuse(0, "document", f"at most {FOREIGN_SIZE_MAX} characters are expected")
    top: list[Node] = []
    reader = _Reader(draft, top)
    try:
        for event in yaml.parse(text.replace("\t", " "), Loader=yaml.BaseLoader):
            reader.take(event)
    except yaml.MarkedYAMLError as error:
        mark = error.problem_mark
        problem = f"neither JSON nor YAML: {error.problem}"
        draft.refuse(mark.line + 1 if mark else 0, "document", problem)
    except (yaml.YAMLError, ValueError):  # characters that cannot be, escapes of none
        draft.refuse(0, "document", "neither JSON nor YAML")
    if len(top) != 1:
        draft.refuse(0, "document", "one document is expected")
    return top[0]


class _Reader:
    """Events as nodes, one after the other: nothing here recurses."""

    def __init__(self, draft: Draft, top: list[Node]) -> None:
        self.draft = draft
        # Where values go to that are still open; of keys, the one that waits for its value.
        self.open = [Node(top)]
        self.waiting: list[str | None] = [None]

    def take(self, event: yaml.Event) -> None:
        """One event of the parser."""
        line = event.start_mark.line + 1 if event.start_mark else 0
        if isinstance(event, yaml.AliasEvent):
            self.draft.refuse(line, "alias", "a document without references is expected")
        elif isinstance(event, yaml.ScalarEvent):
            self._put(Node(event.value, line))
        elif isinstance(event, yaml.CollectionStartEvent):
            self._begin(Node({} if isinstance(event, yaml.MappingStartEvent) else [], line))
        elif isinstance(event, yaml.CollectionEndEvent):
            self.open.pop()
            self.waiting.pop()

    def _begin(self, node: Node) -> None:
        if len(self.open) > FOREIGN_DEPTH_MAX:
            self.draft.refuse(
                node.line, "document", f"at most {FOREIGN_DEPTH_MAX} values in each other"
            )
        self._put(node)
        self.open.append(node)
        self.waiting.append(None)

    def _put(self, node: Node) -> None:
        """*node* where it belongs: as an item, a key, or the value of the key that waits."""
        place, key = self.open[-1].value, self.waiting[-1]
        if isinstance(place, list):
            place.append(node)
        elif key is None:
            name = node.text(self.draft, "key")
            if isinstance(place, dict) and name in place:
                first = place.pop(name)  # which gives up its place, too
                self.draft.say_again(first.line, plain_name(repr(name), ""), node.line)
            self.waiting[-1] = name
        elif isinstance(place, dict):
            place[key] = node
            self.waiting[-1] = None
