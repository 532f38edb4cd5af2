"""The handlers' doors of minutes: put before the reporter, and locked once they had their chance (L4)."""

from flask import Blueprint
from flask.typing import ResponseReturnValue

from whistle.web import staff_guard
from whistle.web.forms import door
from whistle.web.services import services
from whistle.web.work_forms import again, carry_out

blueprint = Blueprint("minutes", __name__)
staff_guard.protect(blueprint)


@blueprint.post("/desk/cases/<number>/minutes")
@door(again=again("minutes"))
def minutes(number: str) -> ResponseReturnValue:
    """Put minutes before the reporter, or a new version of ones that are not locked."""
    return carry_out(
        number,
        "minutes",
        "minutes",
        lambda member, typed: services().casework.minutes.write(
            member, number, typed["minutes"], typed["met"], typed["held_on"], typed["replaces"]
        ),
    )


@blueprint.post("/desk/cases/<number>/meeting")
@door(again=again("met"))
def met(number: str) -> ResponseReturnValue:
    """Note that the meeting was held."""
    return carry_out(
        number,
        "met",
        "met",
        lambda member, typed: services().casework.minutes.met(member, number, typed["held_on"]),
    )


@blueprint.post("/desk/cases/<number>/minutes/<minutes_id>/lock")
@door(again=again("lock"))
def lock(number: str, minutes_id: str) -> ResponseReturnValue:
    """Lock minutes for good."""
    return carry_out(
        number,
        "lock",
        "locked",
        lambda member, _typed: services().casework.minutes.lock(member, number, minutes_id),
    )
