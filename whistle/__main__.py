"""`python -m whistle` is the command line."""

import sys

from whistle.cli import main

sys.exit(main(sys.argv[1:]))
