"""Straight-line Python for one message shape: generated once, run for each message of that shape.

`code` holds a function in the making and the places in its message, `checks` what its bytes must
be, `reading` and `writing` make the functions.
"""

# How generation works
#
# A codec that is driven by tables asks the same questions for each message: which fields are
# there, how is each encoded, where does it begin? For all messages with the same bitmap (one
# *shape*) the answers are the same. So we ask once for a shape, write the answers down as the
# source of a function, and run that for each message. A link uses a few dozen shapes;
# `codec.shapes` keeps them, and has code made only for a shape that has come some times.
#
# This is the code that reads the shape 3, 11, 35, 39 in the dialect iso87-ascii: two fields of six
# digits, track 2 behind two digits of length, a response code. (A test compares it with what is
# generated today; lines are broken here for the page.)
#
#     def run(data):
#         view0 = data.decode('latin-1')
#         n35 = lengths35[data[32:34]]
#         e35 = 34 + n35
#         if (
#             e35 + 2 != len(data)
#             or data[20:32].lstrip(alphabet3)
#             or data[34:e35].translate(None, alphabet4)
#             or data[e35:e35 + 2].lstrip(alphabet5)
#         ):
#             raise Misfit
#         return Message(mtis[data[:4]], {
#             3: view0[20:26], 11: view0[26:32], 35: view0[34:e35], 39: view0[e35:e35 + 2]
#         })
#
# Places. Up to the first variable field every place is a number. Behind field 35 places are
# counted from its end, `e35`. A `Place` is that pair: the variable field it lies behind, and bytes
# since. So a length is looked up once for each variable field, and nothing else is computed while
# reading.
#
# Lengths. `lengths35` is a dictionary of the legal prefixes. A prefix such as "+5" or "38" is not
# in it: KeyError, without a check of our own.
#
# Views. The whole message is turned into text once (`view0`), and the values are slices of it.
# Each encoding has its view: Latin-1 of the bytes as they are or behind a table of an EBCDIC page,
# and hexadecimal digits (`data.hex()`) for packed digits and bytes.
#
# Checks. Fields 3 and 11 are neighbours of one class, so they are one piece, bytes 20 to 32: what
# is left of it without the legal bytes must be nothing. `lstrip` is quicker for short pieces, and
# `translate` for long ones. What is left over at the end of the message fails the first condition.
#
# Writing is the same turned round: values of one class are checked in one pass, neighbours of one
# view are joined as text and encoded in one call. MTI and bitmap are bytes that were made before.
#
#     def run(message):
#         v3, v11, v35, v39, = message.fields.values()
#         n35 = len(v35)
#         z35 = v35.replace('=', 'D')
#         if (
#             len(v3) != 6
#             or len(v11) != 6
#             or len(v39) != 2
#             or join((v3, v11, z35.replace('D', ''))).encode().translate(None, alphabet5)
#             or v39.encode().lstrip(alphabet6)
#         ):
#             raise Misfit
#         return b''.join((
#             mti_bytes[message.mti],
#             bitmap,
#             join((v3, v11, prefix35[n35], v35, v39)).encode('latin-1'),
#         ))
#
# Faults. Generated code says no, and never why: it raises one of `MISFIT`, whichever comes. The
# caller then has `codec.walk`, which is slow and driven by tables, do the same again, and that
# says which field is wrong, where, and what was expected. Both must agree on what is a message:
# tests feed both the same mutated bytes.
#
# Safety. The source is made of field numbers and lengths of a checked dialect, never of its texts:
# tables, alphabets and encodings come to the code as objects under names that we give.

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
