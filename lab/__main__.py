"""``python -m lab`` is the command `cardswitch`, for where that is not on the path."""

from .cli import main

if __name__ == "__main__":
    main()
