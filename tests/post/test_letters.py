"""Two letters differ in the address, the language's words and the mark; never in their length."""

from datetime import UTC, datetime
from email import policy
from email.message import EmailMessage
from email.parser import BytesParser

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.post.server import SENDER
from whistle.post.letters import TEXTS, letter

AT = datetime(2026, 3, 2, 7, 0, tzinfo=UTC)
KINDS = [(kind, language) for kind, texts in TEXTS.items() for language in texts]


def one(
    kind: str = "reminder",
    language: str = "en",
    address: str = "kim@nordvakt.example",
    name: str = "Nordvakt",
) -> bytes:
    return letter(
        sender=SENDER, address=address, kind=kind, language=language, name=name, at=AT, mark="ab" * 16
    )


def read(message: bytes) -> EmailMessage:
    found = BytesParser(policy=policy.default).parsebytes(message)
    assert isinstance(found, EmailMessage)
    return found


def test_a_letter_says_that_there_is_something_to_do_and_nothing_more() -> None:
    found = read(one())
    assert found["Subject"].strip() == "There is something for you to do at Nordvakt."
    assert found.get_content().strip() == "There is something for you to do at Nordvakt."
    assert [name for name, _value in found.items()] == [
        "From", "To", "Subject", "Date", "Message-ID", "Auto-Submitted", "MIME-Version", "Content-Type",
        "Content-Transfer-Encoding",
    ]  # fmt: skip
    assert found["Reply-To"] is None
    assert found["To"].strip() == "kim@nordvakt.example"


def test_its_date_is_the_fixed_hour() -> None:
    assert read(one())["Date"] == "Mon, 02 Mar 2026 07:00:00 +0000"


def test_it_speaks_the_persons_language() -> None:
    found = read(one(language="sv"))
    assert found["Subject"].strip() == "Det finns något för dig att göra på Nordvakt."
    assert found.get_content().strip() == "Det finns något för dig att göra på Nordvakt."
    assert read(one(language="fi")).get_content() == read(one()).get_content()


def test_a_board_is_told_that_a_case_has_no_handler_and_nothing_else() -> None:
    assert read(one("board")).get_content().strip() == "A case has no handler."
    assert read(one("board", "sv")).get_content().strip() == "Ett ärende har ingen handläggare."


@given(st.text(max_size=80), st.sampled_from(KINDS), st.sampled_from(KINDS))
def test_every_letter_of_a_site_is_equally_long(
    name: str, first: tuple[str, str], second: tuple[str, str]
) -> None:
    short, long = "a@b.example", "somebody.with.a.longer.name@nordvakt.example"
    assert len(one(*first, address=short, name=name)) == len(one(*second, address=long, name=name))


@given(st.text(max_size=80))
def test_no_name_of_a_site_makes_a_header_or_a_line_too_long(name: str) -> None:
    message = one("reminder", "sv", name=name)
    lines = message.split(b"\r\n")
    assert b"\n" not in b"".join(lines)
    assert max(map(len, lines)) <= 998
    shown = "".join(symbol for symbol in name if symbol.isprintable())
    assert read(message).get_content().strip() == f"Det finns något för dig att göra på {shown}.".strip()
    assert len(read(message).keys()) == 9


@pytest.mark.parametrize("language", ["en", "sv"])
def test_two_letters_of_a_language_are_the_same_but_for_the_address(language: str) -> None:
    first = one(language=language, address="kim@nordvakt.example")
    second = one(language=language, address="sam.lund@nordvakt.example")
    as_one = first.replace(b"kim@nordvakt.example     ", b"sam.lund@nordvakt.example")
    assert as_one == second
