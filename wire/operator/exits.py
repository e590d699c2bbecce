"""How a command of cardswitch ends, for the shell: the same codes in every group."""

from __future__ import annotations

from typing import Final

ERROR: Final = 1
USAGE: Final = 2  # or configuration; click ends with it as well
DECLINED: Final = 3  # with --check
TIMEOUT: Final = 4  # no answer in time
LINK: Final = 5  # nobody to talk to, or what came cannot be read
FINDINGS: Final = 6  # what was compared or looked for is not as it should be
STOPPED: Final = 130  # by Ctrl-C: what shells say of a program that ended so
