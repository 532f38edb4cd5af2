"""The doors of a test's own site on a loopback port, in this process, so that the test sets the clock."""

import threading
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import timedelta

from flask import Flask
from werkzeug.serving import make_server

from tests.journeys.visitor import Answer, Visitor
from tests.web.browser import Quiet
from tests.world import PASSPHRASE, World

CODE_LASTS = timedelta(seconds=31)


@contextmanager
def listening(application: Flask) -> Iterator[int]:
    """The port on which the application answers."""
    server = make_server("127.0.0.1", 0, application, threaded=True, request_handler=Quiet)
    thread = threading.Thread(target=server.serve_forever, daemon=True)
    thread.start()
    try:
        yield server.server_port
    finally:
        server.shutdown()
        server.server_close()
        thread.join()


def sign_in(world: World, visitor: Visitor, name: str) -> Answer:
    """Sign in with a code that was not used before."""
    world.clock.advance(CODE_LASTS)
    visitor.get("/staff/sign-in")
    answer = visitor.send(
        "/staff/sign-in", {"name": name, "passphrase": PASSPHRASE, "code": world.code(name)}
    )
    assert answer.status == 303, answer.words
    return answer
