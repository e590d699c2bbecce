"""Straight-line Python for one message shape: generated once, run for each message of that shape.

`code` holds a function in the making and the places in its message, `checks` what its bytes must
be, `reading` and `writing` make the functions. Generated code only says "no" (one of `MISFIT`):
:mod:`specs.codec.walk` then says why. Both agree on what is a message. The source is made of field
numbers and lengths of a checked dialect, never of its texts.
"""

from .code import MISFIT
from .reading import compile_index, compile_reader, compile_unpack
from .writing import compile_pack, compile_writer

__all__ = [
    "MISFIT",
    "compile_index",
    "compile_pack",
    "compile_reader",
    "compile_unpack",
    "compile_writer",
]
