"""No word on a page is missing in Swedish, and the compiled catalogue is the one its sources make."""

import re

from whistle.web import catalog

PLACE = re.compile(r"%\((\w+)\)[sd]")


def test_every_message_that_is_used_is_translated() -> None:
    assert catalog.missing("sv") == {}


def test_the_compiled_catalogue_equals_its_sources() -> None:
    assert catalog.compiled_path("sv").read_bytes() == catalog.compiled("sv")


def test_a_translation_keeps_the_places_of_its_message() -> None:
    for message in (one for one in catalog.joined("sv") if one.id):
        ids = (message.id,) if isinstance(message.id, str) else message.id
        strings = (message.string,) if isinstance(message.string, str) else message.string
        for source, text in zip(ids, strings, strict=True):
            assert set(PLACE.findall(text)) == set(PLACE.findall(source)), message.id


def test_no_page_uses_the_words_that_are_never_to_be_used() -> None:
    never = re.compile(
        r"100 ?% anonym|completely safe|guarantee|military grade|\btip\b|\bticket\b|\busers?\b|\bsubmit|"
        r"whistleblow|visselbl|accused|perpetrator|victim|\binvalid|\billegal|\bfailed|\boops|\bplease\b|!",
        re.IGNORECASE,
    )
    for message in (one for one in catalog.joined("sv") if one.id):
        for text in (message.id, message.string):
            assert not never.search(text if isinstance(text, str) else " ".join(text)), text
