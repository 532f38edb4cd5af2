"""`python -m whistle` is the command line; what the machine lacks is named before anything else is loaded."""

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
    from whistle.cli import main  # noqa: PLC0415 (it loads what was just tried)

    return main(sys.argv[1:])


if __name__ == "__main__":
    sys.exit(start())
