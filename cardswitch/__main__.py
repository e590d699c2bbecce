"""``python -m cardswitch`` is the command `cardswitch`, for where that is not on the path."""

from .lab.cli.main import main

if __name__ == "__main__":
    main()
