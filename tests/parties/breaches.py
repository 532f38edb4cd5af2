"""A personal data breach as an officer writes it down."""

from datetime import timedelta
from zoneinfo import ZoneInfo

from tests.world import World
from whistle.rules.incidents import FIELDS

ZONE = ZoneInfo("Europe/Stockholm")


def breach(world: World, **fields: str) -> dict[str, str]:
    """Found out an hour ago, and nothing decided yet; `fields` are added or changed."""
    found_out = (world.clock.now() - timedelta(hours=1)).astimezone(ZONE)
    said = dict.fromkeys(FIELDS, "") | {
        "found_on": found_out.date().isoformat(),
        "found_at": found_out.strftime("%H:%M"),
        "what": "A list of customers went to the wrong address.",
        "people": "Customers", "data": "Names and addresses", "numbers": "About 40",
    }  # fmt: skip
    return said | fields


def whole(world: World, **fields: str) -> dict[str, str]:
    """The same with all that the register wants: the authority was told just now."""
    told = world.clock.now().astimezone(ZONE)
    settled = {
        "consequences": "Somebody could write to them.", "measures": "The receiver has deleted it.",
        "told": "yes", "told_on": told.date().isoformat(), "told_at": told.strftime("%H:%M"),
        "subjects": "no", "subjects_why": "The risk to them is not high.",
    }  # fmt: skip
    return breach(world, **(settled | fields))
