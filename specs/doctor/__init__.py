"""The doctor: how are these unknown bytes written, and which edit makes a dialect read them?

:func:`diagnose` goes from the outside in: :mod:`.envelopes` takes off the length in front,
:mod:`.headers` says what stands before the MTI, :mod:`.surfaces` sees MTI and bitmap. Behind each
of them (a place, :mod:`.places`) every dialect is tried; if none reads all, :mod:`.search` looks
for the fewest edits (made by :mod:`.field_edits`) under which one does. :func:`prescribe` is that
search for one dialect that is nearly right. :mod:`.trial` decides: what counts is a real dialect
that reads every message to its very end and writes it again byte for byte. All is pure, bounded,
and always answers the same.
"""

from .bases import Base, load_base, load_bases
from .diagnose import Diagnosis, diagnose, diagnose_with
from .prescribe import Prescription, prescribe, tell_apart
from .search import READS_MAX, THOROUGH, TRIALS_MAX, Budget

__all__ = [
    "READS_MAX",
    "THOROUGH",
    "TRIALS_MAX",
    "Base",
    "Budget",
    "Diagnosis",
    "Prescription",
    "diagnose",
    "diagnose_with",
    "load_base",
    "load_bases",
    "prescribe",
    "tell_apart",
]
