"""What lies in a folder while somebody works in it: a file that goes away meanwhile is no file."""

import os
from pathlib import Path


def files_below(folder: Path) -> list[Path]:
    """Every file below `folder`; a folder that vanishes while it is walked holds none."""
    return [Path(place) / name for place, _folders, names in os.walk(folder) for name in names]


def size_of(path: Path) -> int:
    """The bytes of a file, 0 once it is gone."""
    try:
        return path.stat().st_size
    except FileNotFoundError:
        return 0
