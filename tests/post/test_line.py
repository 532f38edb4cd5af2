"""Mail goes over an encrypted line with a known certificate, or it waits."""

from pathlib import Path

import pytest

from tests.post.server import SENDER, Mailbox, certificate, password_is, serving
from whistle.post.line import NoLine, NotTaken, Post

MESSAGE = b"Subject: x\r\n\r\nx\r\n"


def send(post: Post, *addresses: str) -> None:
    with post.open() as line:
        for address in addresses:
            line.send(address, MESSAGE)


def test_a_letter_is_handed_over_to_a_server_on_this_machine() -> None:
    mailbox = Mailbox()
    with serving(mailbox) as port:
        send(Post.at(f"smtp://127.0.0.1:{port}", SENDER), "kim@x.example", "sam@x.example")
    assert mailbox.addresses() == ["kim@x.example", "sam@x.example"]


def test_who_is_refused_does_not_keep_the_others_waiting() -> None:
    mailbox = Mailbox(refused={"gone@x.example"})
    with serving(mailbox) as port, Post.at(f"smtp://127.0.0.1:{port}", SENDER).open() as line:
        with pytest.raises(NotTaken):
            line.send("gone@x.example", MESSAGE)
        line.send("kim@x.example", MESSAGE)
    assert mailbox.addresses() == ["kim@x.example"]


def test_where_no_server_is_there_is_no_line() -> None:
    with serving(Mailbox()) as port:
        pass
    with pytest.raises(NoLine), Post.at(f"smtp://127.0.0.1:{port}", SENDER).open():
        pass


def test_a_server_elsewhere_must_offer_encryption() -> None:
    assert Post.at("smtp://u:p%40ss@mail.example", SENDER).must_encrypt
    assert not Post.at("smtp://127.0.0.1:25", SENDER).must_encrypt
    mailbox = Mailbox()
    with serving(mailbox) as port:
        elsewhere = Post("127.0.0.1", port, SENDER, encrypted=False, must_encrypt=True)
        with pytest.raises(NoLine):
            send(elsewhere, "kim@x.example")
    assert mailbox.taken == []


def test_a_url_names_host_port_and_who_signs_in() -> None:
    post = Post.at("smtps://mail%40x:p%3Ass@mail.example", SENDER)
    assert (post.host, post.port, post.user, post.password) == ("mail.example", 465, "mail@x", "p:ss")
    assert (post.encrypted, post.must_encrypt) == (True, False)
    assert Post.at("smtp://mail.example", SENDER).port == 587
    assert "p:ss" not in repr(post)


def test_a_certificate_that_nobody_knows_is_refused_and_a_known_one_is_not(tmp_path: Path) -> None:
    theirs, known = certificate(tmp_path)
    mailbox = Mailbox()
    options = {
        "tls_context": theirs, "require_starttls": True, "auth_required": True,
        "authenticator": password_is("mail", "secret"),
    }  # fmt: skip
    with serving(mailbox, **options) as port:

        def post(**facts: object) -> Post:
            base = {"user": "mail", "password": "secret"} | facts
            return Post("127.0.0.1", port, SENDER, encrypted=False, must_encrypt=True, **base)  # type: ignore[arg-type]

        with pytest.raises(NoLine):
            send(post(), "kim@x.example")
        with pytest.raises(NoLine):
            send(post(trusted=known, password="wrong"), "kim@x.example")
        assert mailbox.taken == []
        send(post(trusted=known), "kim@x.example")
    assert mailbox.addresses() == ["kim@x.example"]


def test_a_line_that_is_encrypted_from_its_start(tmp_path: Path) -> None:
    theirs, known = certificate(tmp_path)
    mailbox = Mailbox()
    with serving(mailbox, ssl_context=theirs) as port:
        from_start = Post("127.0.0.1", port, SENDER, encrypted=True, must_encrypt=False, trusted=known)
        send(from_start, "kim@x.example")
        with pytest.raises(NoLine):
            send(Post.at(f"smtps://127.0.0.1:{port}", SENDER), "kim@x.example")
    assert mailbox.addresses() == ["kim@x.example"]
