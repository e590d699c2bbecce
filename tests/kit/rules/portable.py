"""Every system runs the same source: what only one of them has is asked for in one module."""

import ast
from collections.abc import Iterator
from typing import Final

# The one module that asks the system for locks, syncs and whole files.
DISK: Final = "wire/store/disk.py"
# Not every Python has these; most lack on Windows, the last ones elsewhere.
ELSEWHERE: Final = frozenset({
    "curses", "crypt", "fcntl", "grp", "nis", "posix", "pty", "pwd", "readline", "resource", "spwd",
    "syslog", "termios", "tty", "_winapi", "msvcrt", "winreg", "winsound",
})  # fmt: skip
_OF_DISK: Final = frozenset({"open", "fsync", "fdatasync", "replace", "rename", "fchmod"})


def portable(path: str, text: str) -> list[str]:
    """A module that another system cannot import or run, or that writes files in its own way."""
    module = ast.parse(text)
    said = [(node.lineno, name) for node in _at_import(module) for name in _only_somewhere(node)]
    if path != DISK:
        said += [found for node in ast.walk(module) for found in _belongs_to_disk(node)]
    return [
        f"{path}:{line}: {name}: not every system has it, or has it so: let {DISK} do it"
        for line, name in sorted(set(said))
    ]


def _at_import(module: ast.Module) -> Iterator[ast.AST]:
    """What is run when *module* is imported: everything outside of functions."""
    waiting: list[ast.AST] = [module]
    for node in waiting:
        yield node
        if not isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef | ast.Lambda):
            waiting += ast.iter_child_nodes(node)


def _only_somewhere(node: ast.AST) -> list[str]:
    if isinstance(node, ast.Import):
        names = [alias.name for alias in node.names]
    elif isinstance(node, ast.ImportFrom) and not node.level:
        names = [node.module or ""]
    else:
        return []
    return [name for name in names if name.partition(".")[0] in ELSEWHERE]


def _belongs_to_disk(node: ast.AST) -> Iterator[tuple[int, str]]:
    if isinstance(node, ast.Import | ast.ImportFrom):
        yield from ((node.lineno, name) for name in _only_somewhere(node))
        if isinstance(node, ast.ImportFrom) and node.module == "os":
            yield from ((node.lineno, f"os.{a.name}") for a in node.names if a.name in _OF_DISK)
    elif isinstance(node, ast.Attribute):
        of_os = isinstance(node.value, ast.Name) and node.value.id == "os"
        if (of_os and node.attr in _OF_DISK) or node.attr == "add_signal_handler":
            yield node.lineno, ast.unparse(node)
    elif isinstance(node, ast.Call) and isinstance(node.func, ast.Attribute):
        # Text is replaced by two arguments, a value by keywords; a file by its other name.
        alone = len(node.args) == 1 and not node.keywords
        if node.func.attr in ("replace", "rename") and alone:
            yield node.lineno, f".{node.func.attr}(a path)"
