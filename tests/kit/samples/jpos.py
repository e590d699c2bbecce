"""Packager files of jPOS, made from a few words; each field stands on a line from the fourth on."""

MTI = '<isofield id="0" length="4" name="MTI" class="org.jpos.iso.IFA_NUMERIC"/>\n'
BITMAP = '<isofield id="1" length="16" name="B" class="org.jpos.iso.IFB_BITMAP"/>\n'
CHAR = "org.jpos.iso.IF_CHAR"
SUB = "org.jpos.iso.packager.GenericSubFieldPackager"


def packager(fields="", attributes="", bitmap=BITMAP):
    """A whole file."""
    return f"<isopackager {attributes}>\n{MTI}{bitmap}{fields}\n</isopackager>"


def field(number, name, length=8, more=""):
    """One field of the class *name*."""
    return f'<isofield id="{number}" length="{length}" name="x" class="{name}" {more}/>'


def parts(inner, attributes="", name=SUB):
    """Field 48, made of *inner* by the packager *name*."""
    return (
        '<isofieldpackager id="48" length="99" name="x" class="org.jpos.iso.IFA_LLBINARY" '
        f'packager="{name}" {attributes}>{inner}</isofieldpackager>'
    )
