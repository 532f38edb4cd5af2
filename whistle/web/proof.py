"""The door of the signed proof, and a page by which anybody can check one without asking this site."""

from typing import Final

from flask import Blueprint, redirect, render_template, url_for
from flask.typing import ResponseReturnValue

from whistle.parties import proof
from whistle.vault.proofs import Proof
from whistle.web import downloads, sessions
from whistle.web.languages import day as in_words
from whistle.web.services import services
from whistle.web.words import gettext as _
from whistle.web.words import ngettext

blueprint = Blueprint("proof", __name__)

#: Nothing in the name says what it is about or where it is from.
NAME: Final = "download.zip"
_SEE_OTHER: Final = 303


@blueprint.get("/mailbox/case/proof")
def download() -> ResponseReturnValue:
    """The proof of one's own report, as a download."""
    secret = sessions.open_case()
    if secret is None:
        return redirect(url_for("mailbox.knock"), _SEE_OTHER)
    found = services().overview.proof.of(secret)
    return downloads.stream(proof.stream(found, _readable(found)), NAME)


@blueprint.get("/proof")
def explained() -> ResponseReturnValue:
    """What a proof says and how it is checked, with the key to check it by."""
    proofs = services().overview.proof
    return render_template("proof.html", public_key=proofs.public_key, fingerprint=proofs.fingerprint)


def _readable(found: Proof) -> str:
    fields = found.fields
    lines = [
        _("Signed proof"),
        "",
        _(
            "A report to %(company)s was received on %(day)s.",
            company=fields["company"],
            day=in_words(found.day),
        ),
        ngettext("%(num)d file came with it.", "%(num)d files came with it.", fields["files"])
        if fields["files"]
        else _("No file came with it."),
        *fields["sha256"],
        "",
        _("This says nothing of what the report is about or who sent it."),
        _("The signature stands in proof.json. It was made with the server's key, whose public half is:"),
        services().overview.proof.public_key,
        _("To check it, without a network: whistle verify-proof proof.json --key sign.pub"),
        "",
    ]
    return "\n".join(lines)
