"""`python -m whistle` is the command line; what the machine lacks is named before anything else is loaded."""

import gc
import sys

from whistle.crypto.selftest import self_test
from whistle.errors import SettingsWrong


def start() -> int:
    """Try every primitive once, then run the command; returns its exit code."""
    try:
        self_test()
    except SettingsWrong as lacking:
        sys.stderr.write(f"whistle: {lacking}\n")
        return 2
    # What is loaded here stays: to look through it for garbage again and again is a seventh of a start.
    gc.disable()
    from whistle.cli import main  # noqa: PLC0415 (it loads what was just tried)

    gc.freeze()
    gc.enable()
    return main(sys.argv[1:])


if __name__ == "__main__":
    sys.exit(start())
