import socket

import pytest

# 192.0.2.0/24 and example.invalid lead nowhere (RFC 5737, RFC 2606): nobody is bothered.
FAR = ("192.0.2.1", 9)


def test_a_connection_to_another_machine_is_refused() -> None:
    with socket.socket() as closed, pytest.raises(RuntimeError, match="closed"):
        closed.connect(FAR)


def test_a_datagram_to_another_machine_is_refused() -> None:
    with socket.socket(type=socket.SOCK_DGRAM) as closed, pytest.raises(RuntimeError, match="closed"):
        closed.sendto(b"x", FAR)


def test_a_name_is_not_even_looked_up() -> None:
    with pytest.raises(RuntimeError, match="closed"):
        socket.getaddrinfo("example.invalid", 443)


def test_this_machine_answers() -> None:
    with socket.create_server(("127.0.0.1", 0)) as server:
        port = server.getsockname()[1]
        with socket.create_connection(("localhost", port), timeout=5) as there:
            assert there.getpeername()[1] == port
