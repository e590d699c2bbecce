"""``python -m tests.faults.dying k3 refund WORDS...``: cardswitch WORDS, until it kills itself."""

import sys

from cardswitch.lab.cli.main import main

from .points import install

TERMINALS = "pos/"  # a switch has another listener, at which its own questions come in again

if __name__ == "__main__":
    _, point, kind, *words = sys.argv
    sys.argv = ["cardswitch", *words]
    install(point, kind, TERMINALS if words[0] == "switch" else "")
    main()
