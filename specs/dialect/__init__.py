"""From a dialect file to a dialect: how messages are written on one kind of link.

    toml_lines  the line of every key, so that a fault is told with its place
    file        the file as it is written: typed tables, `extends` followed
    build       each entry checked, and all of it as a Form
    dialect     Dialect: the codec of a form, paths to parts, what a message must carry
    reference   the same dialect through pyiso8583, the oracle of our tests

Above `grammar`, `parts` and `codec`; the rest of `specs` and all other rooms come in by this page.
"""

from .dialect import Dialect, Form, HeadedDialect, list_dialects, load_dialect, make_dialect

__all__ = ["Dialect", "Form", "HeadedDialect", "list_dialects", "load_dialect", "make_dialect"]
