"""What staff do in a window at their doors, with a clock that the test sets."""

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass

from playwright.sync_api import Browser

from tests.journeys.inside import CODE_LASTS, listening
from tests.journeys.visitor import Visitor
from tests.journeys.walks import Walker, Way, walker
from tests.world import PASSPHRASE, World
from whistle import app


@dataclass
class House:
    """A site that listens, and a browser in which everybody has a window of their own."""

    world: World
    browser: Browser
    port: int
    way: Way
    walk: str

    @contextmanager
    def window(self, name: str = "", *, then: str = "/desk") -> Iterator[Walker]:
        """A window in which `name` is signed in, or nobody."""
        with walker(
            self.browser, f"http://127.0.0.1:{self.port}", self.way, f"{self.walk}-{name or 'new'}"
        ) as made:
            if name:
                cookie = {"name": "staff", "value": self._session(name), "url": made.base}
                made.page.context.add_cookies([cookie])
                made.go(then)
            yield made

    def enter(self, walk: Walker, name: str, passphrase: str = PASSPHRASE) -> None:
        """Sign in as people do."""
        self.world.clock.advance(CODE_LASTS)
        walk.go("/staff/sign-in")
        walk.fill(name=name, passphrase=passphrase, code=self.world.code(name))
        walk.press("#sign-in button")

    def step_up(self, walk: Walker, name: str) -> None:
        """Show the second factor again, where a page asks for it."""
        self.world.clock.advance(CODE_LASTS)
        walk.fill(code=self.world.code(name))
        walk.press("#step-up button")

    def status(self, name: str, path: str) -> int:
        """The status that a member of staff gets for an address."""
        return Visitor(self.port, {"staff": self._session(name)}).get(path).status

    def _session(self, name: str) -> str:
        """What a sign-in would give, without the cost of one."""
        return self.world.program.sessions.begin_staff(self.world.member(name))


@contextmanager
def house(world: World, browser: Browser, way: Way, walk: str) -> Iterator[House]:
    """The doors of a site, open to a browser."""
    with listening(app.make_app(world.program, "all")) as port:
        yield House(world, browser, port, way, walk)
