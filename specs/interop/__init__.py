"""Dialects from and for other tools: jPOS, moov-io/iso8583, pyiso8583; and documents made of them.

From j8583 and isosim they come only; what these do not tell, `lending` takes from one of ours.

Importing takes the text of a foreign file and gives a :class:`~specs.interop.drafts.Imported`: the
dialect file that says the same, and each thing that could not be said, with its line. What a
foreign file names that nobody here knows is refused with DialectError, all of it in one run: never
a guess. Exporting takes a dialect file, all that it extends laid under it, and gives an
:class:`~specs.interop.drafts.Exported` of text and losses. No function here opens a file or a
socket; `drafts` and `layouts` are what the formats share.
"""
