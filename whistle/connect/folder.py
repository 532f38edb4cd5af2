"""A folder with one document a person; its name is reckoned, so nothing that was typed reaches a path."""

from pathlib import Path

from whistle.connect.contract import Asked, Refused, Result


def read(folder: Path, asked: Asked, most: int) -> bytes | None:
    """The document of the person, None where there is none. Raises `Refused`."""
    if not folder.is_dir():
        raise Refused(Result.NO_ANSWER, "folder")
    path = folder / asked.document()
    try:
        if path.is_symlink() or (path.exists() and not path.is_file()):
            raise Refused(Result.NO_ANSWER, "folder")
        with path.open("rb") as file:
            body = file.read(most + 1)
    except FileNotFoundError:
        return None
    except OSError:
        raise Refused(Result.NO_ANSWER, "folder") from None
    if len(body) > most:
        raise Refused(Result.TOO_LARGE)
    return body
