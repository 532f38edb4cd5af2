"""What every test of the doors starts from: a channel in memory and a browser before it."""

from typing import Any

import pytest

from tests.web.fakes import Channel


@pytest.fixture
def channel() -> Channel:
    return Channel()


@pytest.fixture
def browser(channel: Channel) -> Any:
    return channel.browser()
