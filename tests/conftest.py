"""No test reaches past this machine, and every property test draws the same examples each time."""

import ipaddress
import socket
import sys
from pathlib import Path
from typing import Any

import pytest
from hypothesis import settings

pytest_plugins = ["tests.fixtures"] if Path(__file__).with_name("fixtures.py").is_file() else []

# The same examples on every machine: a red run can be repeated. No deadline: the machine is shared.
settings.register_profile("closed", derandomize=True, deadline=None, print_blob=True)
settings.load_profile("closed")

LONG = ("slow", "browser")
"""Marks of tests that take long."""


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Files with long tests begin first: at the end no worker waits for another one's last file."""
    long = {item.path for item in items if any(item.get_closest_marker(mark) for mark in LONG)}
    items.sort(key=lambda item: item.path not in long)


NAMES = {"socket.getaddrinfo": 0, "socket.gethostbyname": 0}
ADDRESSES = {"socket.connect": 1, "socket.sendto": 1, "socket.sendmsg": 1}


class NetworkClosedError(RuntimeError):
    """A test asked for a name or an address outside this machine."""


def _is_here(host: object) -> bool:
    text = host.decode("ascii", "replace") if isinstance(host, bytes) else host
    if text in {None, "", "localhost"}:
        return True
    try:
        address = ipaddress.ip_address(str(text))
    except ValueError:
        return False
    # The unspecified address is what a server binds to; to connect to it is to connect to this machine.
    return address.is_loopback or address.is_unspecified


def _close_the_network(event: str, arguments: tuple[Any, ...]) -> None:
    if event in NAMES:
        host = arguments[NAMES[event]]
    elif event in ADDRESSES and arguments[0].family in {socket.AF_INET, socket.AF_INET6}:
        target = arguments[ADDRESSES[event]]
        host = target[0] if target else None
    else:
        return
    if not _is_here(host):
        raise NetworkClosedError(f"{event}: the suite is closed to everything but this machine")


# An audit hook sees every socket of this process, whoever made it, and cannot be taken off again.
sys.addaudithook(_close_the_network)
