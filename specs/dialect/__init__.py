"""From a dialect file to a dialect: how messages are written on one kind of link.

    toml_lines  the line of every key, so that a fault is told with its place
    file        the file as it is written: typed tables, `extends` followed
    toml_writer the file written back
    fields      one entry as a field
    parts       what values are made of, as layouts
    build       each entry checked, and all of it as a Form
    header      the fixed parts before the MTI
    dialect     Dialect: the codec of a form, paths to parts, what a message must carry
    reference   the same dialect through pyiso8583, the oracle of our tests

Above `grammar`, `parts` and `codec`; the rest of `specs` and all other rooms come in by this page.
"""

from .dialect import Dialect, load_dialect
from .file import list_dialects

__all__ = ["Dialect", "list_dialects", "load_dialect"]
