"""How values are made: by keyword where they are many; without the collector where that is safe.

Fields that a class inherits are known if its base stands in the same file.
"""

import ast
import re
from collections.abc import Iterator
from typing import Final, NamedTuple

FIELDS_MAX: Final = 5  # More arguments in a row than this are mixed up sooner or later.
# What may hold anything, a circle too: an exception holds the frames that it went through, a
# function what it closes over, and a container of which nothing is said whatever is put into it.
UNKNOWN: Final = re.compile(
    r"\b(Any|object|Hashable|\w*Exception|\w*Error|Callable|Coroutine|Awaitable|Generator|Future|Task"
    r"|(list|dict|set|frozenset|tuple|deque|Mapping|Sequence|Collection|Iterable)(?!\w|\[))\b"
)


class Shape(NamedTuple):
    """A Struct as its class says it; *inherited* are the fields before its own."""

    node: ast.ClassDef
    inherited: list[ast.AnnAssign]
    own: list[ast.AnnAssign]

    def has(self, option: str, value: bool) -> bool:
        """Whether the class statement gives *option* this *value*."""
        return any(
            keyword.arg == option and ast.unparse(keyword.value) == str(value)
            for keyword in self.node.keywords
        )


def many_fields(path: str, text: str) -> list[str]:
    """A Struct of many fields that can be made without naming them."""
    return [
        f"{path}:{node.lineno}: {node.name} has {size} fields, more than {FIELDS_MAX}: say "
        "kw_only=True, and name them where it is made"
        for shape in _shapes(text)
        if (node := shape.node)
        and shape.own
        and (size := len(shape.inherited) + len(shape.own)) > FIELDS_MAX
        and not shape.has("kw_only", True)
    ]


def hidden_from_collector(path: str, text: str) -> list[str]:
    """A Struct that the garbage collector does not see, with a field that may lead back to it."""
    return [
        f"{path}:{field.lineno}: {shape.node.name}.{ast.unparse(field.target)} may hold anything: "
        "gc=False would keep a circle for ever, leave it out"
        for shape in _shapes(text)
        if shape.has("gc", False)
        for field in [*shape.inherited, *shape.own]
        if UNKNOWN.search(ast.unparse(field.annotation))
    ]


def _shapes(text: str) -> Iterator[Shape]:
    known: dict[str, Shape] = {}
    for node in ast.walk(ast.parse(text)):
        if isinstance(node, ast.ClassDef):
            bases = [ast.unparse(base) for base in node.bases]
            if any(base in ("Struct", "msgspec.Struct") or base in known for base in bases):
                above = [known[base] for base in bases if base in known]
                inherited = [f for shape in above for f in [*shape.inherited, *shape.own]]
                known[node.name] = Shape(node, inherited, list(_fields(node)))
    yield from known.values()


def _fields(node: ast.ClassDef) -> Iterator[ast.AnnAssign]:
    for each in node.body:
        if isinstance(each, ast.AnnAssign) and "ClassVar" not in ast.unparse(each.annotation):
            yield each
