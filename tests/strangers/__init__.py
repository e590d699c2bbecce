"""Shops that others wrote, in front of our gateway: each skipped where its packages are not.

`.ci/strangers` fetches and runs them, pinned; CARDSWITCH_STRANGERS says where they are.
"""

import os
from pathlib import Path

HERE = Path(__file__).parent
FOLDER = Path(os.environ.get("CARDSWITCH_STRANGERS", HERE / "fetched"))
