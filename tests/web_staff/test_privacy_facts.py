"""The pages on which an officer enters what they found out, with the real site behind them."""

import pytest

from tests.parties.asking import verified
from tests.web_staff.test_privacy_doors import Doors
from tests.world import World


@pytest.fixture
def doors(sqlite_world: World) -> Doors:
    return Doors(sqlite_world)


def test_a_missing_fact_leads_to_its_field_and_the_verdict_follows(doors: Doors) -> None:
    asker = verified(doors.world, rights=("erasure",), categories=("customer",))
    officer, base = doors.of("Olle"), f"/privacy-desk/{asker.number}"
    officer.get(base)
    assert f'href="{base}/facts/person#relation"' in officer.page
    assert "Has the customer relation ended?" in officer.words()
    # Given a form with a day that has not come, it comes back with what was typed
    officer.get(f"{base}/facts/person")
    typed = {"relation": "ended", "relation_ended_on": "2099-01-01"}
    assert officer.post(f"{base}/facts/person", **typed).status_code == 422
    assert "This day has not come yet." in officer.words()
    assert 'value="2099-01-01"' in officer.page
    # When it is put right the verdict stands with its ground and its day
    typed = {"relation": "ended", "relation_ended_on": "2023-05-01"}
    answer = officer.post(f"{base}/facts/person", **typed)
    assert answer.status_code == 303
    officer.get(answer.location)
    for words in ("What is known is kept.", "no longer needed", "GDPR 17(1)(a)", "kept until 1 May 2025"):
        assert words in officer.words(), words
    assert "de \xe4ndam\xe5l som de behandlats f\xf6r" in officer.words()
    officer.get(f"{base}/facts/person")
    assert "Entered on" in officer.words()
    assert 'value="2023-05-01"' in officer.page


def test_an_answer_before_all_is_decided_names_what_is_left_and_keeps_the_words(doors: Doors) -> None:
    asker = verified(doors.world, rights=("access", "erasure"), categories=("customer", "access_logs"))
    officer, base = doors.of("Olle"), f"/privacy-desk/{asker.number}"
    officer.get(base)
    assert officer.post(f"{base}/answers", answer="Here is what we have found.").status_code == 422
    assert "Access (Customer data, Logs of access systems" in officer.words()
    assert "Here is what we have found." in officer.page
    assert officer.post(f"{base}/decisions/as-the-rules-say").status_code == 303
    officer.get(base)
    officer.post(f"{base}/answers", answer="Here is what we have found.")
    assert "Erasure (Customer data, Logs of access systems" in officer.words()


def test_a_part_that_is_none_is_not_there(doors: Doors) -> None:
    asker = verified(doors.world, rights=("access",), categories=("customer",))
    officer = doors.of("Olle")
    for part in ("person", "customer", "everything"):
        assert officer.get(f"/privacy-desk/{asker.number}/facts/{part}").status_code == 404
    officer.get("/privacy-desk")
    assert officer.post(f"/privacy-desk/{asker.number}/facts/everything").status_code == 404
