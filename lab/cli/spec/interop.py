"""The `spec import` and `spec export` commands: specifications of other tools, in and out."""

from __future__ import annotations

import sys
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final

import click

from .options import output_option

if TYPE_CHECKING:
    from cardswitch.specs.dialect.file import DialectFile
    from cardswitch.specs.interop.drafts import Exported, Imported, Loss

IMPORTS: Final = ("jpos", "moov", "pyiso8583", "j8583", "isosim")
EXPORTS: Final = ("jpos", "moov", "pyiso8583", "markdown", "wireshark", "toml")
_VERSIONS: Final = {"1987": "0", "1993": "1", "2003": "2"}
_EDITIONS: Final = ("iso87", "iso93", "iso2003", "iso2023")  # whose fields alone lend names
IMPORT_EPILOG: Final = """\b
Examples:
  import packager.xml -o mine.toml             a jPOS GenericPackager
  import spec87.yaml > mine.toml               moov-io/iso8583, YAML or JSON
  import spec.json --from pyiso8583 --json     what cannot be carried, as one line of JSON
  import iso8583.specs:default_ascii           pyiso8583, from an installed Python package
  import j8583.xml --base iso87                j8583, with names and parts of ISO 8583:1987
  import packager.xml --class com.bank.PIN=IFB_BINARY     a class of one's own, like one of jPOS
  import iso_specs.yaml > mine.toml            isosim

A specification in a Python package is imported, which runs the code of that package: only one
that is installed is, never a file of this folder.

Exit codes: 0 done, 1 the file cannot be read as a specification: where, and why; 2 usage."""
EXPORT_EPILOG: Final = """\b
Examples:
  export --dialect pos --to jpos > pos.xml
  export --dialect ./mine.toml --to markdown -o MINE.md
  export --dialect pos --to wireshark -o pos.lua     a dissector, for the folder of Lua plugins
  export --dialect pos --to wireshark --port 5000 > pos.lua     for that port; more in preferences
  export --dialect pos --to moov --json -o pos.json  what cannot be said, as one line of JSON
  export --dialect pos --to toml               the dialect and all that it extends, in one file

Exit codes: 0 done, 1 the file cannot be written, 2 usage or an unknown dialect."""


@click.command("import", epilog=IMPORT_EPILOG)
@click.argument("file")
@click.option(
    "--from",
    "origin",
    type=click.Choice(IMPORTS),
    help="The tool whose format it is; otherwise found by content.",
)
@click.option(
    "--edition",
    type=click.Choice(list(_VERSIONS)),
    help="Edition of ISO 8583: the first digit of its MTIs. If not given, the lengths of fields 12,"
    " 15, 39 and 71 tell it.",
)
@click.option(
    "--base",
    metavar="NAME",
    help="A dialect that lends names and parts to fields of the same form that have none: a name"
    " from `spec list`, a path, or iso87, iso93, iso2003, iso2023.",
)
@click.option(
    "--class",
    "classes",
    metavar="OWN=CLASS",
    multiple=True,
    help="Of jPOS: a class of one's own, and which class of jPOS it is like. Again for each.",
)
@output_option
@click.option("--json", "as_json", is_flag=True, help="Report as one line of JSON; TOML needs -o.")
def import_(
    file: str,
    origin: str | None,
    edition: str | None,
    base: str | None,
    classes: Sequence[str],
    output: Path | None,
    as_json: bool,
) -> None:
    """Make a dialect of FILE, a specification of another tool, as TOML.

    What cannot be carried is reported on standard error, with its line.
    """
    from cardswitch.specs.dialect.toml_writer import write_toml
    from cardswitch.specs.interop.lending import lend

    lender = _lender(base) if base else None
    imported = _read(file, origin, _VERSIONS[edition] if edition else "", _own(classes))
    imported = lend(imported, lender) if lender else imported
    if output or not as_json:
        text = write_toml(
            imported.written, f"Imported from {_plain(file)}.{_told(imported.losses)}"
        )
        _write(text, output)
    if as_json:
        from cardswitch.specs.grammar.mti import VERSIONS

        written = imported.written
        _json(
            {
                "file": file,
                "fields": len(written.fields),
                "parts": len(written.parts),
                "edition": VERSIONS[written.version],
                "losses": _documents(imported.losses),
            }
        )
    else:
        _tell(imported.losses, file)


@click.command("export", epilog=EXPORT_EPILOG)
@click.option(
    "--dialect",
    metavar="NAME",
    default="iso87-ascii",
    show_default=True,
    help="A name from `spec list`, or the path of a TOML file.",
)
@click.option("--to", "target", type=click.Choice(EXPORTS), required=True, help="The format.")
@click.option(
    "--port",
    type=click.IntRange(1, 65535),
    help="Of a dissector: the TCP port of its messages, 8583 if not given.",
)
@output_option
@click.option("--json", "as_json", is_flag=True, help="Report as one line of JSON; text needs -o.")
def export(dialect: str, target: str, port: int | None, output: Path | None, as_json: bool) -> None:
    """Write a dialect in the format of another tool, or as documentation.

    What the format cannot say is reported on standard error, by field.
    """
    from cardswitch.specs.dialect import load_dialect
    from cardswitch.specs.dialect.file import read_dialect_file
    from cardswitch.specs.errors import DialectError

    try:
        load_dialect(dialect)  # checks it whole
        written = read_dialect_file(dialect)[1]
    except DialectError as error:
        raise click.BadParameter(str(error), param_hint="'--dialect'") from None
    if port is not None and target != "wireshark":
        raise click.BadOptionUsage("port", "'--port' is of '--to wireshark' alone.")
    how = {} if port is None else {"port": port}
    exported = _exporters()[target](Path(dialect).name.removesuffix(".toml"), written, **how)
    if output or not as_json:
        _write(exported.text, output)
    if as_json:
        _json({"dialect": dialect, "to": target, "losses": _documents(exported.losses)})
    else:
        _tell(exported.losses, target)


def _lender(name: str) -> DialectFile:
    """The dialect called *name*, or the fields of an edition."""
    from cardswitch.specs.dialect.file import read_dialect_file
    from cardswitch.specs.errors import DialectError

    try:
        return read_dialect_file(f"_{name}" if name in _EDITIONS else name)[1]
    except DialectError as error:
        raise click.BadParameter(str(error), param_hint="'--base'") from None


def _own(classes: Sequence[str]) -> Mapping[str, str]:
    """Classes of one's own, each with the one that it is like."""
    pairs = [word.partition("=") for word in classes]
    if not all(own and like for own, _, like in pairs):
        raise click.BadParameter("OWN=CLASS is expected.", param_hint="'--class'")
    return {own: like for own, _, like in pairs}


def _read(file: str, origin: str | None, version: str, classes: Mapping[str, str]) -> Imported:
    """The dialect in *file*, a path or a name in a Python package."""
    from cardswitch.specs.errors import DialectError
    from cardswitch.specs.interop.drafts import FOREIGN_SIZE_MAX
    from cardswitch.specs.interop.isosim import import_isosim
    from cardswitch.specs.interop.j8583 import import_j8583
    from cardswitch.specs.interop.jpos import import_jpos
    from cardswitch.specs.interop.moov import import_moov
    from cardswitch.specs.interop.pyiso8583 import import_installed, import_pyiso8583

    path = Path(file)
    if ":" in file and not path.exists():
        return import_installed(file, version)
    try:
        with path.open("rb") as stream:
            # A character has at most four bytes; the importer counts them.
            text = stream.read(FOREIGN_SIZE_MAX * 4 + 1).decode("utf-8-sig")
    except OSError as error:
        raise DialectError(f"{file}: cannot be read: {error.strerror}") from None
    except UnicodeDecodeError:
        raise DialectError(f"{file}: text in UTF-8 is expected") from None
    origin = origin or _origin_of(text)
    if classes and origin != "jpos":
        raise click.BadOptionUsage("classes", "'--class' is of jPOS alone.")
    if origin == "jpos":
        return import_jpos(text, file, version, classes)
    readers = {
        "moov": import_moov,
        "pyiso8583": import_pyiso8583,
        "j8583": import_j8583,
        "isosim": import_isosim,
    }
    return readers[origin](text, file, version)


def _origin_of(text: str) -> str:
    """Whose format *text* is, by a word that only one of them has."""
    if text.lstrip().startswith("<"):
        return "j8583" if "<j8583-config" in text else "jpos"
    if '"data_enc"' in text:
        return "pyiso8583"
    return "isosim" if "data_encoding:" in text else "moov"


def _exporters() -> Mapping[str, Callable[..., Exported]]:
    from cardswitch.specs.dialect.toml_writer import write_toml
    from cardswitch.specs.interop.drafts import Exported
    from cardswitch.specs.interop.jpos.export import export_jpos
    from cardswitch.specs.interop.markdown import export_markdown
    from cardswitch.specs.interop.moov_export import export_moov
    from cardswitch.specs.interop.pyiso8583 import export_pyiso8583
    from cardswitch.specs.interop.wireshark import export_wireshark

    return {
        "jpos": export_jpos,
        "moov": export_moov,
        "pyiso8583": export_pyiso8583,
        "markdown": export_markdown,
        "wireshark": export_wireshark,
        "toml": lambda _, written: Exported(write_toml(written)),
    }


def _write(text: str, output: Path | None) -> None:
    if output is None:
        click.echo(text, nl=False)
    else:
        from cardswitch.wire.operator.files import write_output

        write_output(output, text)


def _told(losses: Sequence[Loss]) -> str:
    """The losses as lines of a comment, so that they stay with the file."""
    lines = [f"\n  {_plain(str(loss))}" for loss in losses]
    return f" Not carried:{''.join(lines)}" if lines else ""


def _plain(text: str) -> str:
    from cardswitch.specs.masking import printable

    return printable(text)


def _tell(losses: Sequence[Loss], whose: str) -> None:
    for loss in losses:
        click.echo(f"{_plain(whose)}: {_plain(str(loss))}", err=True)
    if losses:
        count = "1 thing was" if len(losses) == 1 else f"{len(losses)} things were"
        click.echo(f"{count} not carried.", err=True)


def _documents(losses: Sequence[Loss]) -> list[dict[str, Any]]:
    return [{"line": loss.line, "where": loss.where, "problem": loss.problem} for loss in losses]


def _json(document: object) -> None:
    import json

    json.dump(document, sys.stdout)
    click.echo()
