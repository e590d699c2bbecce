"""Dialects from and for jPOS: GenericPackager files, their field classes, their sub-packagers.

`classes` says what the names of classes mean; `packager` reads a whole file with it, `parts` what a
field of it is made of, and `tagged` those of them that stand behind tags; `export` writes a file.
"""

from .export import export_jpos
from .packager import import_jpos

__all__ = ["export_jpos", "import_jpos"]
