"""Which file imports which, and that no two of them need each other, however far around."""

import ast
from collections.abc import Collection, Iterator, Mapping
from itertools import count
from pathlib import Path, PurePosixPath
from typing import Final

INSTALLED: Final = "cardswitch"
Graph = Mapping[str, Collection[str]]


def circles(root: Path, files: Collection[str]) -> list[str]:
    """Files of *root* that import each other; imports in functions and for types are counted."""
    graph = import_graph({path: (root / path).read_text("utf-8") for path in files})
    return [
        f"{knot[0]}: a circle of {len(knot)} files, {' -> '.join(shortest_circle(graph, knot))}: "
        "put what they share below them all"
        for knot in knots(graph)
    ]


def import_graph(texts: Mapping[str, str]) -> dict[str, list[str]]:
    """By file, the files of *texts* that it imports.

    A package that is only on the way to a module is not counted: its `__init__` may name its own
    modules, as a table of contents does.
    """
    by_module = {_module_of(path): path for path in texts}
    return {
        path: sorted(
            {
                by_module[target]
                for node in ast.walk(ast.parse(text))
                for target in _targets(node, path, by_module)
            }
            - {path}
        )
        for path, text in texts.items()
    }


def knots(graph: Graph) -> list[list[str]]:
    """All that can be reached from each other in *graph*, two or more at a time (Tarjan 1972)."""
    numbers = count()
    number: dict[str, int] = {}
    lowest: dict[str, int] = {}
    stack: list[str] = []
    found: list[list[str]] = []

    def visit(node: str) -> None:
        number[node] = lowest[node] = next(numbers)
        stack.append(node)
        for target in graph[node]:
            if target not in number:
                visit(target)
                lowest[node] = min(lowest[node], lowest[target])
            elif target in stack:
                lowest[node] = min(lowest[node], number[target])
        if lowest[node] == number[node]:
            at = stack.index(node)
            found.append(sorted(stack[at:]))
            del stack[at:]

    for node in graph:
        if node not in number:
            visit(node)
    return sorted(knot for knot in found if len(knot) > 1)


def shortest_circle(graph: Graph, knot: Collection[str]) -> list[str]:
    """The shortest way from one of *knot* back to itself, as somebody who cuts it wants to know."""
    return min((_way_back(graph, knot, start) for start in sorted(knot)), key=len)


def _way_back(graph: Graph, knot: Collection[str], start: str) -> list[str]:
    ways = [[start]]
    seen: set[str] = set()
    for way in ways:  # It grows while it is gone through: breadth first.
        for target in graph[way[-1]]:
            if target == start:
                return [*way, start]
            if target in knot and target not in seen:
                seen.add(target)
                ways.append([*way, target])
    raise ValueError(f"{start} is on no circle")


def _module_of(path: str) -> str:
    """The name by which the file *path* is imported."""
    parts = PurePosixPath(path).with_suffix("").parts
    parts = parts if parts[0] == INSTALLED else (INSTALLED, *parts)
    return ".".join(parts[:-1] if parts[-1] == "__init__" else parts)


def _targets(node: ast.AST, path: str, known: Collection[str]) -> Iterator[str]:
    """The modules among *known* that *node*, in the file *path*, imports."""
    if isinstance(node, ast.Import):
        yield from (alias.name for alias in node.names if alias.name in known)
    elif isinstance(node, ast.ImportFrom):
        source = _source(node, path)
        for alias in node.names:
            inner = f"{source}.{alias.name}"
            yield from [inner] if inner in known else [source] if source in known else []


def _source(node: ast.ImportFrom, path: str) -> str:
    """The module behind `from`, its dots resolved."""
    if not node.level:
        return node.module or ""
    package = _module_of(path).split(".")
    above = node.level - path.endswith("__init__.py")
    return ".".join([*package[: len(package) - above], *filter(None, [node.module])])
