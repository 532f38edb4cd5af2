"""What handlers, custodians and reporters do around a name, in as few words as a test needs."""

from tests.world import World
from whistle.parties.custody import Asking
from whistle.parties.custody_views import IdentityDesk

NAME, CONTACT = "Eva Lindqvist-Marker", "eva.marker@mail.example"
REASON, HINDERS = "She may be the only witness. Reason-marker.", "He would warn the others. Hinder-marker."


def named(world: World, **fields: object) -> tuple[str, bytes]:
    """A report whose reporter said who they are: its number and their secret."""
    receipt = world.send(identity_name=NAME, identity_contact=CONTACT, **fields)  # type: ignore[arg-type]
    return receipt.number, world.enter(receipt)


def ask(world: World, number: str, who: str = "Hanna", **said: object) -> str:
    """Ask to learn it; returns the request's id as the case's page shows it."""
    asking = Asking(**({"reason": REASON} | said))  # type: ignore[arg-type]
    world.program.custody.ask(world.member(who), number, asking)
    return desk(world, number, who).requests[-1].id


def desk(world: World, number: str, who: str = "Hanna") -> IdentityDesk:
    """What the case's page says about the identity."""
    return world.program.handler.case(world.member(who), number).identity


def approved(world: World, number: str, who: str = "Hanna", by: str = "Carl") -> None:
    """A request made and approved."""
    world.program.custody.decide(world.member(by), ask(world, number, who), "approve", "")
