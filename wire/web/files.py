"""What pages are made of: templates, and the files beside them, which are in memory."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any, Final

from jinja2 import Environment, FileSystemLoader, StrictUndefined
from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import Response

from .safety import headers_for

KEPT_S: Final = 600  # A browser asks for them again after ten minutes.
_KINDS: Final = {".css": "text/css", ".js": "text/javascript"}


def templates_of(folder: Path, **filters: Callable[..., Any]) -> Environment:
    """The templates in *folder*/templates: what they are given is text, and never markup."""
    loader = FileSystemLoader(folder / "templates")
    made = Environment(loader=loader, autoescape=True, undefined=StrictUndefined)
    made.filters.update(filters)
    return made


def files_of(folder: Path) -> dict[str, bytes]:
    """The files in *folder*/static, by name."""
    return {path.name: path.read_bytes() for path in (folder / "static").iterdir()}


class Files:
    """Scripts and style sheets, by name; browsers may keep them for a while."""

    def __init__(self, contents: Mapping[str, bytes]) -> None:
        self._contents = contents

    async def page(self, request: Request) -> Response:
        """GET /static/{name}. Raises HTTPException."""
        return self.answer(request.path_params["name"])

    def answer(self, name: str, more: Mapping[str, str] | None = None) -> Response:
        """The file *name*, with *more* headers. Raises HTTPException."""
        if name not in self._contents:
            raise HTTPException(404)
        headers = headers_for() | {"Cache-Control": f"public, max-age={KEPT_S}"} | dict(more or {})
        return Response(self._contents[name], 200, headers, _KINDS[Path(name).suffix])
