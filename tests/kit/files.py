"""What tests ask of files, on every system."""

import os
from pathlib import Path


def is_owners_alone(path: Path) -> bool:
    """Whether *path* has mode 0600; Windows has no modes, there its folder protects a file."""
    return os.name != "posix" or path.stat().st_mode & 0o777 == 0o600
