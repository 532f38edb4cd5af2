"""What axe finds on the page that stands in a browser, at phone and desk width, by light and by dark."""

from typing import Any, Final

from axe_playwright_python.base import AXE_SCRIPT
from playwright.sync_api import Page

LEVELS: Final = ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa", "best-practice"]
EXTRA: Final = {"color-contrast-enhanced": {"enabled": True}, "target-size": {"enabled": True}}
EVERYTHING: Final = {"runOnly": LEVELS, "rules": EXTRA, "resultTypes": ["violations"]}
#: A scheme changes colours and nothing else, so that the second look is at what colours can break.
COLOURS: Final = {
    "runOnly": {
        "type": "rule",
        "values": ["color-contrast", "color-contrast-enhanced", "link-in-text-block"],
    },
    "resultTypes": ["violations"],
}
NARROW, WIDE = 320, 1280
#: Where tables have the least room before their cells become cards or break differently (72 and 48 rem).
TIGHT = (1160, 776)

Finding = tuple[str, ...]


def violations(page: Page, options: dict[str, Any]) -> list[Finding]:
    """Rule and first place of everything that axe finds."""
    if not page.evaluate("'axe' in window"):
        page.evaluate(AXE_SCRIPT)
    found = page.evaluate("options => axe.run(options).then(found => found.violations)", options)
    return [(one["id"], one["nodes"][0]["html"][:160]) for one in found]


def in_both_schemes(page: Page) -> list[Finding]:
    """What axe finds at the width the page has; the page is left in light colours."""
    found = []
    for scheme, options in (("dark", COLOURS), ("light", EVERYTHING)):
        page.emulate_media(color_scheme=scheme)  # type: ignore[arg-type]
        found += [(scheme, *one) for one in violations(page, options)]
    return found


def sideways(page: Page) -> str:
    """Where the page is wider than its window: the outermost thing that sticks out, or nothing."""
    return str(
        page.evaluate(
            """() => {
                const width = document.documentElement.clientWidth;
                if (document.documentElement.scrollWidth <= width) return "";
                const wide = [...document.querySelectorAll("main *, header *")]
                    .find(one => one.getBoundingClientRect().right > width + 1);
                return wide ? wide.outerHTML.slice(0, 120) : "somewhere";
            }"""
        )
    )


def everywhere(page: Page) -> list[Finding]:
    """The page with everything unfolded, at both widths and in both schemes; nothing scrolls sideways."""
    page.evaluate("document.querySelectorAll('details').forEach(one => one.open = true)")
    found = []
    for width in (WIDE, *TIGHT, NARROW):
        page.set_viewport_size({"width": width, "height": 800})
        if sticks_out := sideways(page):
            found.append((str(width), "sideways", sticks_out))
        if width not in TIGHT:
            found += [(str(width), *one) for one in in_both_schemes(page)]
    return found
