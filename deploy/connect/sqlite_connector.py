"""An example connector: answers one person's rows of a SQLite database over HTTP on this machine alone.

Standard library only, Python 3.11 or newer. Copy it, put your own queries in QUERIES, and run it:

    python3 sqlite_connector.py --database /srv/crm/crm.db --category customer --token-file crm.token

What is asked and answered is in ../CONNECT.md. It writes no log of whom Whistle asks for.
"""

import argparse
import contextlib
import hmac
import json
import sqlite3
import sys
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any, NamedTuple


class Query(NamedTuple):
    """Rows of one person: first the identifier as the row has it, then a date or nothing, then fields."""

    source: str
    provenance: str
    basis: str
    sql: str


# `?` is the identifier that was asked for, in small letters and without blanks at its ends. Compare the whole
# of it: a LIKE would give one person another's rows, and Whistle refuses an answer that names somebody else.
QUERIES = (
    Query("customers", "handed_over", "contract",
          "SELECT email, since, name, email, phone, address FROM customers WHERE lower(trim(email)) = ?"),
    Query("orders", "observed", "contract",
          "SELECT c.email, o.ordered_on, o.number, o.item, o.price FROM orders o"
          " JOIN customers c ON c.id = o.customer_id WHERE lower(trim(c.email)) = ? ORDER BY o.ordered_on"),
    Query("ratings", "derived", "legitimate_interest",
          "SELECT c.email, r.made_on, r.rating FROM ratings r"
          " JOIN customers c ON c.id = r.customer_id WHERE lower(trim(c.email)) = ?"),
)  # fmt: skip
KIND = "email"
QUESTION_BYTES = 64 * 1024


class Server(ThreadingHTTPServer):
    """Knows where the rows are, and whom it answers."""

    daemon_threads = True

    def __init__(self, port: int, database: Path, category: str, token: str) -> None:
        super().__init__(("127.0.0.1", port), Handler)
        self.database, self.category, self.token = database, category, token

    def records(self, value: str) -> list[dict[str, Any]]:
        """Every row of one person, each with where it comes from."""
        address = f"{self.database.resolve().as_uri()}?mode=ro"
        with contextlib.closing(sqlite3.connect(address, uri=True)) as db:
            return [one for query in QUERIES for one in _rows(db, query, value)]


def _rows(db: sqlite3.Connection, query: Query, value: str) -> list[dict[str, Any]]:
    cursor = db.execute(query.sql, (value.lower().strip(),))
    names = [column[0] for column in cursor.description][2:]
    return [
        {
            "identifier": row[0], "source": query.source, "date": row[1], "provenance": query.provenance,
            "basis": query.basis, "fields": dict(zip(names, row[2:], strict=True)),
        }
        for row in cursor
    ]  # fmt: skip


class Handler(BaseHTTPRequestHandler):
    """Takes one question by POST and answers it."""

    server: Server

    def do_POST(self) -> None:
        """Answer a question, or say what is wrong with it."""
        given = self.headers.get("Authorization", "").encode()
        if self.server.token and not hmac.compare_digest(given, f"Bearer {self.server.token}".encode()):
            return self._say(401, {"error": "the token is not right"})
        length = self.headers.get("Content-Length", "")
        if not length.isdigit() or int(length) > QUESTION_BYTES:
            return self._say(413, {"error": "a question has a length, and 64 KiB at most"})
        try:
            asked = json.loads(self.rfile.read(int(length)))
            version, category, identifier = asked["version"], asked["category"], asked["identifier"]
            kind, value = identifier["kind"], str(identifier["value"])
        except (ValueError, KeyError, TypeError):
            return self._say(400, {"error": "this is no question"})
        if (version, category, kind) != (1, self.server.category, KIND):
            return self._say(400, {"error": f"this answers version 1, {self.server.category}, {KIND}"})
        records = self.server.records(value)
        said = {"version": 1, "category": category, "identifier": identifier}
        return self._say(200, said | {"found": bool(records), "records": records})

    def _say(self, status: int, said: dict[str, Any]) -> None:
        body = json.dumps(said, ensure_ascii=False).encode()
        self.send_response(status)
        self.send_header("Content-Type", "application/json")
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)

    def log_message(self, *_arguments: object) -> None:
        """Say nothing: not whom somebody asked for, and not when."""


def main() -> None:
    """Serve until stopped; the first line says where."""
    parser = argparse.ArgumentParser(description="Answers one person's rows of a SQLite database.")
    parser.add_argument("--database", type=Path, required=True)
    parser.add_argument("--category", required=True)
    parser.add_argument("--port", type=int, default=8701)
    parser.add_argument("--token-file", type=Path)
    options = parser.parse_args()
    if not options.database.is_file():
        parser.error(f"there is no database {options.database}")
    token = options.token_file.read_text(encoding="ascii").strip() if options.token_file else ""
    server = Server(options.port, options.database, options.category, token)
    sys.stdout.write(f"http://127.0.0.1:{server.server_port}/person\n")
    sys.stdout.flush()
    with contextlib.suppress(KeyboardInterrupt):
        server.serve_forever()


if __name__ == "__main__":
    main()
