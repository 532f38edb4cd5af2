r"""An example connector: turns a CSV file into a folder with one document a person, which Whistle reads.

Standard library only, Python 3.11 or newer. Run it whenever the CSV was written anew, by a timer for example:

    python3 csv_folder.py --csv newsletter.csv --folder /srv/whistle-connect/newsletter \
        --category marketing --column email --date-column joined --provenance handed_over --basis consent

The CSV has a head line with the names of the fields. Who is not in it any more has no document afterwards.
The form of a document, and how its name is made, is in ../CONNECT.md.
"""

import argparse
import csv
import hashlib
import json
import os
import re
import sys
import unicodedata
from collections import defaultdict
from pathlib import Path
from typing import Any

DOCUMENT = re.compile(r"[0-9a-f]{64}\.json")


def plain(value: str) -> str:
    """An identifier as Whistle compares it: composed letters, small, without blanks at its ends."""
    return unicodedata.normalize("NFC", value).lower().strip()


def document_name(kind: str, value: str) -> str:
    """The name of a person's document; it shows nothing of who that is."""
    return hashlib.sha256(f"{kind}:{plain(value)}".encode()).hexdigest() + ".json"


def people(options: argparse.Namespace) -> dict[str, list[dict[str, Any]]]:
    """Every row, by whom it is about. Rows without an identifier belong to nobody and are left out."""
    found: dict[str, list[dict[str, Any]]] = defaultdict(list)
    with options.csv.open(encoding="utf-8-sig", newline="") as file:
        for row in csv.DictReader(file, strict=True):
            value = row.get(options.column) or ""
            if not value.strip():
                continue
            day = row.get(options.date_column) or None if options.date_column else None
            fields = {name: text or "" for name, text in row.items() if name and name != options.date_column}
            found[plain(value)].append(
                {
                    "identifier": value, "source": options.csv.name, "date": day,
                    "provenance": options.provenance, "basis": options.basis, "fields": fields,
                }
            )  # fmt: skip
    return found


def write(options: argparse.Namespace) -> int:
    """Write every person's document whole or not at all, and take away those of whoever is gone."""
    options.folder.mkdir(mode=0o750, parents=True, exist_ok=True)
    written = set()
    for value, records in people(options).items():
        said = {
            "version": 1, "category": options.category,
            "identifier": {"kind": options.identifier, "value": value}, "found": True, "records": records,
        }  # fmt: skip
        name = document_name(options.identifier, value)
        beside = options.folder / f".{name}.new"
        with os.fdopen(os.open(beside, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o640), "wb") as file:
            os.fchmod(file.fileno(), 0o640)  # readable by the group of Whistle, whatever the umask
            file.write(json.dumps(said, ensure_ascii=False).encode())
            file.flush()
            os.fsync(file.fileno())
        beside.replace(options.folder / name)
        written.add(name)
    for path in options.folder.iterdir():
        if DOCUMENT.fullmatch(path.name) and path.name not in written:
            path.unlink()
    return len(written)


def main() -> None:
    """Write the folder, and say how many documents there are."""
    parser = argparse.ArgumentParser(description="Turns a CSV file into a folder that Whistle reads.")
    parser.add_argument("--csv", type=Path, required=True)
    parser.add_argument("--folder", type=Path, required=True)
    parser.add_argument("--category", required=True)
    parser.add_argument("--identifier", default="email", help="the kind that Whistle asks by")
    parser.add_argument("--column", default="email", help="where it stands in the CSV")
    parser.add_argument("--date-column", default="", help="a column of dates such as 2026-01-31")
    parser.add_argument("--provenance", choices=("handed_over", "observed", "derived"), required=True)
    parser.add_argument("--basis", choices=("contract", "legal_obligation", "legitimate_interest", "consent"))
    sys.stdout.write(f"{write(parser.parse_args())} documents\n")


if __name__ == "__main__":
    main()
