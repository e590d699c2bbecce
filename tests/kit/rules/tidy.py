"""The hard limits of style as functions: source text in, complaints out, each saying what to do.

``python -m tests.kit.rules.tidy`` prints the folders with how many files they have, and circles.
"""

import ast
import re
from collections import Counter
from collections.abc import Callable, Collection, Iterator
from pathlib import Path, PurePosixPath
from typing import Final, NamedTuple

from .imports import circles
from .portable import portable
from .structs import hidden_from_collector, many_fields

PACKAGES: Final = ("specs", "wire", "switch", "hsm_sim", "terminal", "hosts", "gateway", "lab")
FOLDER_MAX: Final = 15  # Files in a folder, but for its note.
UNFINISHED: Final = re.compile(r"\b(TO[D]O|FIX[M]E)\b")
# Whose output is meant for people; all others return what they have to say, or log it.
SPEAKING: Final = re.compile(r".*/cli/.*|.*/([a-z]+_)?cli\.py|.*/screen\.py|.*/__main__\.py")
# What nobody imports: an architecture note, and the start of a module that has its test.
UNTESTED_NAMES: Final = ("__init__.py", "__main__.py")

Function = ast.FunctionDef | ast.AsyncFunctionDef
Definition = Function | ast.ClassDef
Rule = Callable[[str, str], list[str]]


class Sizes(NamedTuple):
    """How many lines a file and a function may have."""

    file: int
    function: int


SOURCE: Final = Sizes(400, 70)
TESTS: Final = Sizes(600, 100)  # A play may be long; a table of cases stands outside of functions.


# Rules over one file: its path for the message, and its text --------------------------------------


def file_size(path: str, text: str) -> list[str]:
    """A file that nobody can keep in mind; tables of data at its top level do not count."""
    tables = sum(_lines(node) - 1 for node in ast.parse(text).body if _is_table(node))
    lines, limit = text.count("\n") - tables, _sizes(path).file
    if lines <= limit:
        return []
    return [f"{path}: {lines} lines without tables, limit {limit}: split it where its story does"]


def function_size(path: str, text: str) -> list[str]:
    """A function that does more than one thing; its docstring does not count."""
    limit = _sizes(path).function
    return [
        f"{path}:{node.lineno}: {node.name} has {lines} lines, limit {limit}: give its parts names"
        for node in ast.walk(ast.parse(text))
        if isinstance(node, Function) and (lines := _lines_of_code(node)) > limit
    ]


def opening(path: str, text: str) -> list[str]:
    """A module that does not say what it is."""
    if ast.get_docstring(ast.parse(text)):
        return []
    return [f"{path}: no docstring: open with one to three lines that say what the module is"]


def docstrings(path: str, text: str) -> list[str]:
    """A public function, class or method without docstring.

    Free are names with an underscore in front and what a class does for the language (``__len__``,
    ``__init__``); and, where another docstring speaks for them, overloads, one-line stubs ``...``
    and methods that a base class of the same file explains.
    """
    module = ast.parse(text)
    explained = _explained_methods(module)
    return [
        f"{path}:{node.lineno}: {node.name} is public without a docstring: write one, or put an "
        "underscore in front of the name"
        for node, bases in _public(module)
        if not ast.get_docstring(node)
        and not _is_stub(node)
        and not any(node.name in explained.get(base, ()) for base in bases)
    ]


def unfinished(path: str, text: str) -> list[str]:
    """A note of what is still to be done."""
    return [
        f"{path}:{number}: {found[0]}: do it now, or write down what is missing in an issue"
        for number, line in enumerate(text.splitlines(), 1)
        if (found := UNFINISHED.search(line))
    ]


def prints(path: str, text: str) -> list[str]:
    """A module that speaks by itself, although it is no command."""
    if SPEAKING.fullmatch(path):
        return []
    return [
        f"{path}:{node.lineno}: print: return the text, and let a cli module write it"
        for node in ast.walk(ast.parse(text))
        if isinstance(node, ast.Call)
        and isinstance(node.func, ast.Name)
        and node.func.id == "print"
    ]


def bare_names(path: str, text: str) -> list[str]:
    """An import of a room by its bare name, which no installation has."""
    return [
        f"{path}:{node.lineno}: {name}: say cardswitch.{name}, only cardswitch is installed"
        for node in ast.walk(ast.parse(text))
        for name in _imported(node)
        if name.partition(".")[0] in PACKAGES
    ]


# Folders that may have more files than others, and why.
LARGE: Final = {"specs/security": "a file for every scheme of a standard; none of them is a part"}

SOURCE_RULES: Final = (
    file_size,
    function_size,
    opening,
    docstrings,
    unfinished,
    prints,
    bare_names,
    portable,
    many_fields,
    hidden_from_collector,
)
TEST_RULES: Final = (file_size, function_size, opening, unfinished, bare_names)


# Rules over all files -----------------------------------------------------------------------------


def missing_tests(sources: Collection[str], tests: Collection[str]) -> list[str]:
    """Modules without a test file of their own at the place that mirrors theirs."""
    wanted = {source: _test_of(source) for source in sources}
    return [
        f"{source}: no {test}: write it, for what this module alone promises"
        for source, test in sorted(wanted.items())
        if test not in tests and PurePosixPath(source).name not in UNTESTED_NAMES
    ]


def folder_size(files: Collection[str]) -> list[str]:
    """Folders with more modules than a reader keeps apart; an `__init__` does not count."""
    return [
        f"{folder}: {number} files, limit {FOLDER_MAX}: give those that belong together a folder"
        for folder, number in sorted(folders(files).items())
        if number > FOLDER_MAX and folder not in LARGE
    ]


def folders(files: Collection[str]) -> Counter[str]:
    """How many modules each folder has."""
    paths = map(PurePosixPath, files)
    return Counter(str(path.parent) for path in paths if path.name != "__init__.py")


def python_files(root: Path, *folders: str) -> list[str]:
    """The paths of all Python files in *folders* of *root*, counted from there."""
    return sorted(
        path.relative_to(root).as_posix()
        for folder in folders
        for path in root.glob(f"{folder}/**/*.py")
    )


def complaints(root: Path, rule: Rule, files: Collection[str]) -> list[str]:
    """What *rule* has to say about *files* of *root*."""
    return [said for path in files for said in rule(path, (root / path).read_text("utf-8"))]


# What they look at --------------------------------------------------------------------------------


def _sizes(path: str) -> Sizes:
    return TESTS if path.startswith("tests/") else SOURCE


def _test_of(source: str) -> str:
    path = PurePosixPath(source)
    return str("tests" / path.with_name(f"test_{path.name}"))


def _lines(node: ast.stmt) -> int:
    return (node.end_lineno or node.lineno) - node.lineno + 1


def _is_table(node: ast.stmt) -> bool:
    if not isinstance(node, ast.Assign | ast.AnnAssign):
        return False
    return isinstance(node.value, ast.Dict | ast.List | ast.Tuple | ast.Set)


def _lines_of_code(node: Function) -> int:
    return _lines(node) - (_lines(node.body[0]) if ast.get_docstring(node) else 0)


def _public(scope: ast.Module | ast.ClassDef) -> Iterator[tuple[Definition, list[str]]]:
    """What the world sees of *scope*, each with the base classes of the class it stands in."""
    bases = [ast.unparse(base) for base in getattr(scope, "bases", ())]
    for node in scope.body:
        if isinstance(node, Definition) and not node.name.startswith("_"):
            yield node, bases
            if isinstance(node, ast.ClassDef):
                yield from _public(node)


def _explained_methods(module: ast.Module) -> dict[str, set[str]]:
    """By class, the methods that it says something about, its own and those it inherits."""
    explained: dict[str, set[str]] = {}
    for node in module.body:
        if isinstance(node, ast.ClassDef):
            inherited = [explained.get(ast.unparse(base), set()) for base in node.bases]
            own = {n.name for n in node.body if isinstance(n, Function) and ast.get_docstring(n)}
            explained[node.name] = own.union(*inherited)
    return explained


def _imported(node: ast.AST) -> list[str]:
    """The modules that *node* imports by an absolute name."""
    if isinstance(node, ast.Import):
        return [alias.name for alias in node.names]
    return [node.module or ""] if isinstance(node, ast.ImportFrom) and not node.level else []


def _is_stub(node: Definition) -> bool:
    """One line of ``...``: an overload, or a method of a protocol whose docstring says enough."""
    return isinstance(node, Function) and [*map(ast.unparse, node.body)] == ["..."]


def _main() -> None:
    root = Path(__file__).parents[3]
    files = [*python_files(root, *PACKAGES), "cardswitch/__init__.py"]
    for folder, number in sorted(folders(files).items()):
        print(f"{number:3} {folder}")
    print(*circles(root, files) or ["no circles"], sep="\n")


if __name__ == "__main__":
    _main()
