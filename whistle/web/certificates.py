"""Certificates of erasure, to legal and to auditors: what each says, what it proves, and the signed file."""

import json

from flask import Blueprint, Response, request
from flask.typing import ResponseReturnValue

from whistle.parties.legal import certificate_view
from whistle.web import downloads, legal, staff_guard
from whistle.web.services import services

blueprint = Blueprint("certificates", __name__)
staff_guard.protect(blueprint)

AUDITOR = "auditor"
#: Where each role finds its certificates, and where the page leads back to.
PLACES = {legal.ROLE: ("/legal/certificates", "/legal"), AUDITOR: ("/ledger/certificates", "/ledger")}


@blueprint.get("/legal/certificates")
def of_legal() -> ResponseReturnValue:
    """Show the certificates of the companies that one serves, newest first."""
    return _list(legal.ROLE)


@blueprint.get("/ledger/certificates")
def of_auditor() -> ResponseReturnValue:
    """Show an auditor the certificates of their companies, newest first."""
    return _list(AUDITOR)


@blueprint.get("/legal/certificates/<number>")
def one_of_legal(number: str) -> ResponseReturnValue:
    """Show what remains of an erased case, to be printed."""
    return _one(legal.ROLE, number)


@blueprint.get("/ledger/certificates/<number>")
def one_of_auditor(number: str) -> ResponseReturnValue:
    """Show an auditor what remains of an erased case and what it proves."""
    return _one(AUDITOR, number)


@blueprint.get("/legal/certificates/<number>/file")
def file_of_legal(number: str) -> ResponseReturnValue:
    """The signed file, as `whistle certificate` writes it."""
    return _file(legal.ROLE, number)


@blueprint.get("/ledger/certificates/<number>/file")
def file_of_auditor(number: str) -> ResponseReturnValue:
    """The same for an auditor."""
    return _file(AUDITOR, number)


def _list(role: str) -> ResponseReturnValue:
    member = staff_guard.signed_in(role)
    after = request.args.get("after", "")
    found = services().legal.pages.certificates(member, role, after)
    here, back = PLACES[role]
    more = f"{found.after[0].isoformat()} {found.after[1]}" if found.after else ""
    return legal.page(
        "legal/certificates.html", member, None, None, here=here, back=back, began=bool(after), more=more,
        certificates=[certificate_view(fields) for fields in found.rows],
    )  # fmt: skip


def _one(role: str, number: str) -> ResponseReturnValue:
    member = staff_guard.signed_in(role)
    found = services().legal.pages.certificate(member, role, number)
    here, _back = PLACES[role]
    return legal.page(
        "legal/certificate.html", member, None, None, here=here, is_legal=role == legal.ROLE,
        certificate=certificate_view(found.fields), key=found.document["key"],
    )  # fmt: skip


def _file(role: str, number: str) -> ResponseReturnValue:
    member = staff_guard.signed_in(role)
    found = services().legal.pages.certificate(member, role, number)
    answer = Response(json.dumps(found.document, indent=1) + "\n", mimetype=downloads.ANY_BYTES)
    answer.headers["Content-Disposition"] = downloads.attachment(f"certificate-{number}.json")
    return answer
