"""What stands in the addresses of an officer's doors: a request with its copy, and an incident."""

from tests.parties.asking import verified
from tests.parties.breaches import breach
from tests.parties.connecting import fetched_at
from tests.world import World

INCIDENTS = "/privacy-desk/incidents"
OF_INCIDENTS = (
    INCIDENTS, f"{INCIDENTS}/new", f"{INCIDENTS}/<number>", f"{INCIDENTS}/<number>/colleagues",
)  # fmt: skip


def request_facts(world: World) -> dict[str, str]:
    """A privacy request of somebody who is known, with a file, a task, and the copy of it."""
    asker, olle = verified(world, files=[("paper.txt", b"Words.")]), world.member("Olle")
    desk, copies = world.program.privacy.desk, world.program.privacy.copies
    desk.open_task(olle, asker.number, "The printer", "access")
    seen, hanna = desk.open(olle, asker.number), world.member("Hanna")
    copy = copies.copies(hanna)[0].number
    return {
        "incident": world.program.privacy.incidents.report(olle, "nordvakt-se", breach(world)),
        "part": "alarm_logs", "privacy": asker.number,
        "paper": seen.entries[0].files[0].id, "task_id": seen.tasks[0].id,
        "copy": copy, "copied_paper": copies.open(hanna, copy).entries[0].files[0].id,
        "fetched": fetched_at(world, asker.number), "place": "0-0",
    }  # fmt: skip
