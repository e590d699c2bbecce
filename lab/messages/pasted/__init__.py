"""One reader of whatever people paste, for every command. Pure: it never opens a file.

piece     what a text was taken for, and the bytes that it stands for; masked places among them
plain     hex, base64, raw bytes
masks     hex in which places are masked: XX, ****
dumps     lines that begin with an offset: hexdump, xxd, od, jPOS, Wireshark, debuggers
packets   a dump of a whole packet, and what TCP carries in it
lists     0x30, 0x38; [48, 56]; 30:38; <Buffer 30 38>
escapes   b'0800\\x82' and bare \\x30\\x38
isomsg    the XML of a log, which gives fields and no bytes
one       a text that stands for one message: all its readings
lines     a line of a log, with words around the message
blocks    a text of many lines as what stands together: a dump, an element, a line
texts     bytes as text, and as lines of any number
reader    which of all these it is
"""
