"""Runs the `cardswitch` command under cProfile, every thread by itself.

`python -m bench.profiled FILE WORDS...` is `cardswitch WORDS...`; at the end the main thread's
profile lies in FILE and that of thread NAME in FILE.NAME.
"""

from __future__ import annotations

import cProfile
import sys
import threading
from types import FrameType
from typing import Any

from cardswitch.lab.cli.main import main


def run(file: str) -> None:
    """Run the command whose words stand in `sys.argv`, whatever its end may be."""
    profiles = {file: cProfile.Profile()}

    def begin(_frame: FrameType, _event: str, _argument: Any) -> None:
        profile = profiles[f"{file}.{threading.current_thread().name}"] = cProfile.Profile()
        profile.enable()

    threading.setprofile(begin)
    try:
        profiles[file].runcall(main)
    finally:
        for name, profile in profiles.items():
            profile.dump_stats(name)


if __name__ == "__main__":
    _file = sys.argv.pop(1)
    run(_file)
