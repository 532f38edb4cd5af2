"""The doors of the work on a case: assess it, answer for it, measures, protection, links, kinds of notes."""

from flask import Blueprint
from flask.typing import ResponseReturnValue

from whistle.errors import NotThere
from whistle.parties.work import Measure
from whistle.rules.triage import Chosen
from whistle.web import staff_guard
from whistle.web.forms import door
from whistle.web.services import services
from whistle.web.staff_forms import case_number
from whistle.web.work_forms import again, carry_out, seen

blueprint = Blueprint("work", __name__)
staff_guard.protect(blueprint)


@blueprint.post("/desk/cases/<number>/triage")
@door(again=again("triage"))
def triage(number: str) -> ResponseReturnValue:
    """Say whether the channel is for it, how severe it is and how soon something is done."""
    return carry_out(
        number,
        "triage",
        "triage",
        lambda member, typed: services().casework.sheet.triage(
            member,
            number,
            Chosen(typed["scope"], typed["severity"], typed["priority"]),
            typed["why"],
            seen(typed),
        ),
    )


@blueprint.post("/desk/cases/<number>/measures")
@door(again=again("measure"))
def measure(number: str) -> ResponseReturnValue:
    """Record a measure, or change one."""
    return carry_out(
        number,
        "measure",
        "measure",
        lambda member, typed: services().casework.sheet.measure(
            member,
            number,
            Measure(typed["what"], typed["who"], typed["by_on"], typed["done_on"], typed["id"]),
            seen(typed),
        ),
    )


@blueprint.post("/desk/cases/<number>/protection")
@door(again=again("protection"))
def protection(number: str) -> ResponseReturnValue:
    """Record the risk of reprisals and what protects against it."""
    return carry_out(
        number,
        "protection",
        "protection",
        lambda member, typed: services().casework.sheet.protect(
            member, number, typed["risk"], typed["steps"], seen(typed)
        ),
    )


@blueprint.post("/desk/cases/<number>/assign")
@door(again=again("assign"))
def assign(number: str) -> ResponseReturnValue:
    """Say who is responsible for the case."""
    return carry_out(
        number,
        "assign",
        "assigned",
        lambda member, typed: services().casework.sheet.assign(member, number, typed["assigned_to"]),
    )


@blueprint.post("/desk/cases/<number>/links")
@door(again=again("link"))
def link(number: str) -> ResponseReturnValue:
    """Link another case of the handler's, or remove the link."""
    return carry_out(
        number,
        "link",
        "linked",
        lambda member, typed: services().casework.sheet.link(
            member, number, case_number(typed["case"]), linked=typed["linked"] != "no"
        ),
    )


@blueprint.post("/desk/cases/<number>/notes/<n>")
@door(again=again("mark"))
def mark(number: str, n: str) -> ResponseReturnValue:
    """Say what kind of note it is, and whether it was handed to somebody outside."""
    if not (n.isascii() and n.isdigit()):
        raise NotThere("there is no such note")
    return carry_out(
        number,
        "mark",
        "marked",
        lambda member, typed: services().casework.sheet.mark_note(
            member, number, int(n), typed["kind"], disclosed=typed["disclosed"] == "yes"
        ),
    )
