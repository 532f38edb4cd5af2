"""Whatever is thrown at a public door gets a readable answer, and what was typed is still there."""

from html import unescape
from io import BytesIO
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tests.web.fakes import TOLD, Channel, fields_of, form

CHANNEL = Channel()
POSTS = ("/report", "/mailbox", "/mailbox/case/messages", "/mailbox/case/identity")
NAMES = st.sampled_from(
    [
        "company",
        "category",
        "description",
        "relation",
        "identity_name",
        "identity_contact",
        "exclude",
        "meeting",
        "nonce",
        "csrf_token",
        "case_key",
        "message",
        "files",
        "kept",
        "language",
        "step",
        "no_acknowledgement",
    ]
)
ANYTHING = st.text(max_size=80)
VALUES = st.one_of(
    ANYTHING, st.sampled_from(["nordvakt-se", "check", "edit", "sv", "\x00", "\u202egnp.exe", "a\u0301" * 20])
)


def readable(answer: Any) -> None:
    assert answer.status_code < 500, answer.status_code
    if answer.status_code >= 400:
        assert '<html lang="' in answer.text
        assert "<h1>" in answer.text


@settings(max_examples=60)
@given(st.sampled_from(POSTS), st.dictionaries(NAMES, VALUES), st.booleans())
def test_no_garbage_in_fields_breaks_a_door(path: str, fields: dict[str, str], with_token: bool) -> None:  # noqa: FBT001
    browser = CHANNEL.browser()
    if with_token:
        fields = {**fields_of(browser.get("/report").text), **fields}
    readable(browser.post(path, data=fields))


@settings(max_examples=60)
@given(
    st.sampled_from(POSTS),
    st.binary(max_size=300),
    st.sampled_from(
        [
            "multipart/form-data; boundary=x",
            "multipart/form-data",
            "application/x-www-form-urlencoded",
            "text/plain",
            "",
            "\xff",
        ]
    ),
)
def test_no_garbage_in_the_body_breaks_a_door(path: str, body: bytes, content_type: str) -> None:
    readable(CHANNEL.browser().post(path, data=body, content_type=content_type))


@settings(max_examples=60)
@given(st.text(max_size=60))
def test_any_garbage_as_a_key_is_refused_in_words(text: str) -> None:
    browser = CHANNEL.browser()
    fields = fields_of(browser.get("/mailbox").text)
    answer = browser.post("/mailbox", data={**fields, "case_key": text})
    assert answer.status_code == 422
    assert "<h1>" in answer.text


@settings(max_examples=40)
@given(st.text(min_size=1, max_size=60))
def test_what_was_typed_is_in_the_page_that_refuses_it(text: str) -> None:
    browser = CHANNEL.browser()
    answer = browser.post("/report", data=form(browser, company="", description=f"<{text}>"))
    assert answer.status_code == 422
    kept = text.encode("utf-8", "replace").decode().replace("\x00", "\N{REPLACEMENT CHARACTER}")
    assert f"<{kept}>" in unescape(answer.get_data().decode()).replace("\r\n", "\n") or "\r" in text


@settings(max_examples=40)
@given(st.text(max_size=60), st.text(max_size=30))
def test_no_address_breaks_a_door(path: str, query: str) -> None:
    browser = CHANNEL.browser()
    for start in ("/", "/mailbox/case/files/", "/language/", "/static/"):
        readable(browser.get(start + path.replace("\\", ""), query_string={"next": query, "v": query}))


@pytest.mark.parametrize(
    "name", ["../../etc/passwd", "a" * 4000 + ".pdf", "line\nbreak.pdf", "", "\u202ecod.exe", "…"]
)
def test_any_file_name_is_shown_or_refused_but_never_breaks_a_page(name: str) -> None:
    browser = CHANNEL.browser()
    readable(browser.post("/report", data=form(browser, **TOLD, step="check", files=name)))
    readable(browser.post("/report", data=form(browser, **TOLD, files=[(BytesIO(b"x"), name)])))


def test_a_thousand_files_are_refused_with_the_text_kept() -> None:
    browser = CHANNEL.browser()
    fields = form(browser, **TOLD, files=[(BytesIO(b"x"), f"{number}.txt") for number in range(1000)])
    answer = browser.post("/report", data=fields)
    assert answer.status_code == 422
    assert "too many files" in answer.text
    assert "Three invoices" in answer.text


def test_a_body_that_stops_half_way_keeps_what_came() -> None:
    browser = CHANNEL.browser()
    fields = form(browser)
    head = "".join(
        f'--b\r\nContent-Disposition: form-data; name="{name}"\r\n\r\n{value}\r\n'
        for name, value in {**fields, **TOLD}.items()
    )
    body = (head + '--b\r\nContent-Disposition: form-data; name="files"; filename="a"\r\n\r\nxx').encode()
    answer = browser.post(
        "/report",
        input_stream=BytesIO(body),
        content_type="multipart/form-data; boundary=b",
        content_length=len(body) + 50,
    )
    assert answer.status_code == 400
    assert "Three invoices" in answer.text


@pytest.mark.parametrize("length", [100_001, 600_000])
def test_a_text_that_is_too_long_comes_back_whole(length: int) -> None:
    browser = CHANNEL.browser()
    answer = browser.post("/report", data=form(browser, company="nordvakt-se", description="å" * length))
    assert answer.status_code == 422
    assert "å" * length in answer.text
