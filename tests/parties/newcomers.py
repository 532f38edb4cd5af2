"""People who come to a test's own site after its template was made."""

from tests.world import Secrets, World, _activate


def newcomer(world: World, name: str, roles: list[tuple[str, str]]) -> None:
    """Invite and activate a person whose key nobody has confirmed yet; the world knows their secrets."""
    known = Secrets()
    _activate(world.program, world.clock, known, name, roles)
    old = world.secrets
    world.secrets = Secrets(old.seeds | known.seeds, old.totp | known.totp, old.recovery | known.recovery)


def colleague(world: World, name: str, company: str, by: str, role: str = "handler") -> None:
    """One more of a role, whose key `by` confirmed: a channel stays open when another handler leaves."""
    newcomer(world, name, [(role, company)])
    spoken = world.program.staff.fingerprint(world.member(name))
    waiting = [item for item in world.program.keys.pending(world.member(by)) if item.person_name == name]
    assert world.program.keys.confirm(world.member(by), waiting[0].designation, spoken)
