"""The same form makes one case however often and by whatever way it is sent; nothing newly said is lost."""

from tests.world import SE, World
from whistle.parties.reporter import ReportForm

FORM = ReportForm(company=SE, description="Invoices for work nobody has seen.")
CHANGED = ReportForm(company=SE, description="Invoices, four of them, for work nobody has seen.")


def test_a_browser_that_comes_back_with_a_fresh_form_is_known_again(world: World) -> None:
    reporter, token = world.program.reporter, world.program.sessions.new_token()
    nonce = reporter.new_nonce()
    kept = reporter.remember(FORM, token=token, nonce=nonce, minute=100)
    assert reporter.recall(FORM, token=token, kept=kept, minute=115) == nonce
    assert reporter.recall(FORM, token=token, kept=kept, minute=116) is None
    assert reporter.recall(FORM, token=token, kept=kept, minute=99) is None
    assert reporter.recall(CHANGED, token=token, kept=kept, minute=100) is None
    assert reporter.recall(FORM, token=world.program.sessions.new_token(), kept=kept, minute=100) is None
    assert reporter.recall(FORM, token=token, kept="garbage", minute=100) is None
    assert nonce not in kept


def test_a_form_sent_again_with_other_words_and_files_adds_them_to_its_case(world: World) -> None:
    token, nonce = world.program.sessions.new_token(), world.program.reporter.new_nonce()
    same = {"token": token, "nonce": nonce}
    first = world.send(FORM.description, files=[("a.txt", b"first")], **same)
    again = world.send(CHANGED.description, files=[("a.txt", b"first"), ("b.txt", b"second" * 9000)], **same)
    twice = world.send(CHANGED.description, files=[("b.txt", b"second" * 9000)], **same)
    assert {again.case_key, twice.case_key} == {first.case_key}
    entries = world.program.reporter.open(world.enter(first)).entries
    assert [entry.text for entry in entries] == [FORM.description, CHANGED.description]
    assert [file.name for file in entries[1].files] == ["b.txt"]
    hanna = world.member("Hanna")
    file_id = entries[1].files[0].id
    assert b"".join(world.program.handler.file(hanna, first.number, file_id).chunks()) == b"second" * 9000


def test_a_double_click_on_a_message_writes_it_once(world: World) -> None:
    receipt = world.send()
    secret, hanna = world.enter(receipt), world.member("Hanna")
    reporter, handler = world.program.reporter, world.program.handler
    for _click in range(2):
        reporter.message(secret, reporter.writing(secret), "It was in January.")
        handler.message(hanna, receipt.number, "Do you know the day?")
        handler.note(hanna, receipt.number, "Ask accounting.")
    texts = [entry.text for entry in reporter.open(secret).entries]
    assert texts[1:] == ["It was in January.", "Do you know the day?"]
    assert len(handler.case(hanna, receipt.number).notes) == 1
