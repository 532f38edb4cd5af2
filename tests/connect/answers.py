"""Answers of systems, right and wrong."""

import json
from typing import Any

from whistle.connect.contract import Asked

ASKED = Asked("nordvakt-se", "customer", "email", "eva.lind@mail.example")


def record(**fields: Any) -> dict[str, Any]:
    """One line about Eva."""
    return {
        "identifier": "Eva.Lind@mail.example ", "source": "customers", "date": "2024-05-01",
        "provenance": "handed_over", "basis": "contract", "fields": {"name": "Eva Lind", "orders": 3},
    } | fields  # fmt: skip


def answer(*records: dict[str, Any], asked: Asked = ASKED, **fields: Any) -> bytes:
    """A whole answer; `fields` stand in place of what would be right."""
    said = {
        "version": 1, "category": asked.category, "identifier": {"kind": asked.kind, "value": asked.value},
        "found": bool(records), "records": list(records),
    }  # fmt: skip
    return json.dumps(said | fields).encode()
