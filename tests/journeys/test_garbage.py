"""Property tests drive every door with garbage, as strangers and as a handler: no door breaks."""

import pytest
from flask import Flask
from flask.testing import FlaskClient
from hypothesis import given, settings
from hypothesis import strategies as st
from werkzeug.test import TestResponse

from tests.journeys.visitor import page_of
from tests.world import PASSPHRASE, World

PATHS = (
    "/report",
    "/mailbox",
    "/mailbox/case/messages",
    "/mailbox/case/identity",
    "/staff/sign-in",
    "/staff/return",
)
DESK = ("acknowledge", "messages", "feedback", "notes", "close", "reopen", "reopen/confirm", "nothing")
STAFF = (
    "/staff/keys",
    "/legal/holds",
    "/staff/activate/" + "A" * 43,
    "/legal/cases/W-7KQ4-M2XC/holds",
    "/legal/holds/" + "0" * 32 + "/release",
)
ANY_NAME = st.sampled_from(
    [
        "company",
        "category",
        "description",
        "relation",
        "identity_name",
        "identity_contact",
        "meeting",
        "nonce",
        "exclude",
        "csrf_token",
        "case_key",
        "message",
        "files",
        "kept",
        "language",
        "step",
        "name",
        "code",
        "passphrase",
        "waiting",
        "next",
        "note",
        "outcome",
        "feedback",
        "reason",
        "ground",
        "citation",
        "review_on",
        "case_number",
        "designation",
        "fingerprint",
        "setup",
        "recovery_code",
    ]
)
ANY_VALUE = st.one_of(
    st.text(max_size=60),
    st.sampled_from(
        [
            "nordvakt-se",
            "check",
            "edit",
            "sv",
            "\x00",
            "\u202egnp.exe",
            "0" * 32,
            "9999-99-99",
            "W-7KQ4-M2XC",
            "A" * 43,
        ]
    ),
)
ANY_FORM = st.dictionaries(ANY_NAME, ANY_VALUE, max_size=8)
ANY_QUERY = st.dictionaries(
    st.sampled_from(
        ["next", "done", "after", "number", "state", "company", "before", "noticed", "write", "v"]
    ),
    ANY_VALUE,
    max_size=3,
)


def is_no_fault(answer: TestResponse, about: object) -> None:
    assert answer.status_code < 500, about
    if answer.status_code >= 400:
        assert "<h1" in answer.text, about


@settings(max_examples=120)
@given(path=st.sampled_from([*PATHS, *STAFF]), fields=ANY_FORM, with_token=st.booleans())
def test_no_form_of_a_stranger_breaks_a_door(
    doors: Flask, path: str, fields: dict[str, str], *, with_token: bool
) -> None:
    client = doors.test_client()
    if with_token:
        fields = {**page_of(client.get("/report").data).fields("/report"), **fields}
    is_no_fault(client.post(path, data=fields), (path, fields))


@settings(max_examples=80)
@given(
    st.sampled_from([*PATHS, *STAFF]),
    st.binary(max_size=300),
    st.sampled_from(
        [
            "multipart/form-data; boundary=x",
            "multipart/form-data",
            "application/x-www-form-urlencoded",
            "application/json",
            "",
            "\xff",
        ]
    ),
)
def test_no_body_of_a_stranger_breaks_a_door(doors: Flask, path: str, body: bytes, kind: str) -> None:
    is_no_fault(doors.test_client().post(path, data=body, content_type=kind), (path, body, kind))


@settings(max_examples=120)
@given(
    st.sampled_from(
        [
            "/",
            "/mailbox",
            "/mailbox/case/files/",
            "/language/",
            "/static/",
            "/desk/cases/",
            "/legal/certificates/",
            "/staff/activate/",
            "/staff/sign-in",
            "/ledger",
        ]
    ),
    st.text(max_size=40),
    ANY_QUERY,
)
def test_no_address_of_a_stranger_breaks_a_door(
    doors: Flask, start: str, path: str, query: dict[str, str]
) -> None:
    is_no_fault(
        doors.test_client().get(start + path.replace("\\", ""), query_string=query, buffered=True),
        (start, path, query),
    )


@pytest.fixture(scope="module")
def hanna(shared: World, doors: Flask) -> tuple[FlaskClient, str, str]:
    """A client in which a handler has signed in, a case, and the token of their forms."""
    number = shared.send().number
    client = doors.test_client()
    page = page_of(client.get("/staff/sign-in").data)
    typed = {"name": "Hanna", "passphrase": PASSPHRASE, "code": shared.code("Hanna")}
    assert client.post("/staff/sign-in", data={**page.fields("/staff/sign-in"), **typed}).status_code == 303
    page = page_of(client.get(f"/desk/cases/{number}").data)
    return client, number, page.fields("/staff/sign-out")["csrf_token"]


@settings(max_examples=100)
@given(st.sampled_from([*DESK, *STAFF]), ANY_FORM)
def test_no_form_of_a_handler_breaks_a_door(
    hanna: tuple[FlaskClient, str, str], door: str, fields: dict[str, str]
) -> None:
    client, number, token = hanna
    path = door if door.startswith("/") else f"/desk/cases/{number}/{door}"
    is_no_fault(client.post(path, data={"csrf_token": token, **fields}), (path, fields))


@settings(max_examples=100)
@given(
    st.sampled_from(
        [
            "/desk",
            "/desk/cases/",
            "/desk/cases/{}/files/",
            "/legal",
            "/admin",
            "/ledger",
            "/staff/keys",
            "/staff/account",
        ]
    ),
    st.text(max_size=30),
    ANY_QUERY,
)
def test_no_address_of_a_handler_breaks_a_door(
    hanna: tuple[FlaskClient, str, str], start: str, path: str, query: dict[str, str]
) -> None:
    client, number, _token = hanna
    address = start.format(number) + (path.replace("\\", "") if start.endswith("/") else "")
    is_no_fault(client.get(address, query_string=query, buffered=True), (address, query))
