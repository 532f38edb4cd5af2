"""Under 5:3 a handler of another company reads and looks into a case; the company's own people write."""

import pytest

from tests.vault.test_channels import shared_handler
from tests.world import NO, World
from whistle.errors import RuleRefused


def test_a_shared_handler_reads_and_notes_but_does_not_speak_for_the_company(world: World) -> None:
    shared_handler(world, "Hanna")
    number = world.send(company=NO).number
    handler, hanna, nora = world.program.handler, world.member("Hanna"), world.member("Nora")
    assert handler.case(hanna, number).number == number
    handler.note(hanna, number, "Ask purchasing in Oslo.")
    for act in (
        lambda: handler.acknowledge(hanna, number, "We have it."),
        lambda: handler.message(hanna, number, "When was it?"),
        lambda: handler.feedback(hanna, number, "It was stopped."),
        lambda: handler.close(hanna, number, "measures_taken", "It was stopped."),
    ):
        with pytest.raises(RuleRefused) as refused:
            act()
        assert refused.value.reason == "shared"
    # The company's own people can, and a deputy of another company would be refused alike.
    handler.acknowledge(nora, number, "We have it.")
    handler.feedback(nora, number, "It was stopped, because nobody had ordered it.")
    assert handler.case(nora, number).acknowledged_on is not None
