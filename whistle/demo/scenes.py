"""The scenes of the rehearsal's photographs: shapes laid over each other, no person and no real place."""

import math
from dataclasses import dataclass
from typing import Final

#: The size of the pictures: enough to look like one, little enough to be drawn in under a second.
WIDTH: Final = 640
HEIGHT: Final = 480

#: A fade goes in steps of so many rows: the side of a block in the file, so that blocks repeat and draw fast.
STEP: Final = 8

#: How much darker every second stripe is.
STRIPE_SHADE: Final = 10

Colour = tuple[int, int, int]


@dataclass(frozen=True, slots=True)
class Shape:
    """A rectangle, or the ellipse in it, of a colour that loses `fade` levels from its top to its bottom.

    The bounds are points from the upper left corner; `stripe` is the width of upright stripes, 0 for none.
    """

    left: int
    top: int
    right: int
    bottom: int
    colour: Colour
    fade: int = 0
    stripe: int = 0
    is_round: bool = False


def _grid(shade: Colour, every: int) -> tuple[Shape, ...]:
    """The joints of a tiled ceiling."""
    upright = tuple(Shape(x, 0, x + 4, HEIGHT, shade) for x in range(0, WIDTH, every))
    level = tuple(Shape(0, y, WIDTH, y + 4, shade) for y in range(0, HEIGHT, every))
    return upright + level


def _drum(left: int, top: int) -> tuple[Shape, ...]:
    """A blue drum with a lid and two hoops."""
    body = Shape(left, top, left + 54, top + 130, (40, 72, 132), fade=20)
    lid = Shape(left, top - 10, left + 54, top + 10, (150, 152, 146), is_round=True)
    hoops = (Shape(left, top + down, left + 54, top + down + 5, (150, 152, 146)) for down in (44, 88))
    return (body, lid, *hoops)


def _keys(left: int, top: int) -> tuple[Shape, ...]:
    """The twelve keys of a card reader."""
    places = ((left + 24 * column, top + 24 * row) for row in range(4) for column in range(3))
    return tuple(Shape(x, y, x + 16, y + 16, (38, 40, 42)) for x, y in places)


#: A smoke detector under a tiled ceiling, still in the plastic cover that keeps smoke out.
SMOKE_DETECTOR: Final = (
    Shape(0, 0, WIDTH, HEIGHT, (212, 206, 198), fade=60),
    *_grid((130, 128, 126), 160),
    Shape(196, 116, 468, 388, (112, 110, 108), fade=20, is_round=True),
    Shape(206, 122, 458, 374, (238, 234, 228), fade=40, is_round=True),
    Shape(252, 168, 412, 328, (232, 138, 52), fade=36, is_round=True),
    Shape(272, 188, 392, 308, (242, 160, 84), fade=30, is_round=True),
    Shape(322, 330, 342, 350, (206, 48, 40), is_round=True),
)

#: A yard at dusk with a container, and drums in front of a wall.
STORAGE_YARD: Final = (
    Shape(0, 0, WIDTH, 160, (176, 184, 196), fade=-40),
    Shape(0, 150, WIDTH, 310, (120, 112, 106), fade=24, stripe=64),
    Shape(0, 300, WIDTH, HEIGHT, (92, 88, 82), fade=28),
    Shape(72, 352, 408, 372, (48, 46, 44), is_round=True),
    Shape(80, 130, 400, 362, (58, 104, 80), fade=18, stripe=10),
    Shape(80, 130, 400, 138, (44, 78, 62)),
    *_drum(430, 270),
    *_drum(490, 276),
    *_drum(550, 270),
    *_drum(462, 318),
)

#: A steel door that a wedge keeps open, and the card reader beside it.
DOOR_PANEL: Final = (
    Shape(0, 0, WIDTH, HEIGHT, (196, 190, 180), fade=44),
    Shape(0, 420, WIDTH, HEIGHT, (96, 94, 92), fade=20),
    Shape(0, 0, 330, 430, (22, 22, 24)),
    Shape(8, 0, 296, 452, (146, 152, 160), fade=26),
    Shape(262, 210, 286, 226, (84, 88, 92)),
    Shape(226, 438, 306, 458, (170, 116, 60)),
    Shape(470, 150, 560, 320, (64, 66, 68), fade=10),
    Shape(505, 172, 525, 192, (56, 176, 80), is_round=True),
    *_keys(483, 208),
)


def paint(shapes: tuple[Shape, ...]) -> list[Colour]:
    """All points of a picture, row by row, later shapes over earlier ones."""
    rows: list[list[Colour]] = [[(0, 0, 0)] * WIDTH for _ in range(HEIGHT)]
    for shape in shapes:
        for y in range(max(0, shape.top), min(HEIGHT, shape.bottom)):
            _paint_row(rows[y], shape, y)
    return [point for row in rows for point in row]


def _paint_row(row: list[Colour], shape: Shape, y: int) -> None:
    left, right = _reach(shape, y)
    down = (y - shape.top) // STEP * STEP / (shape.bottom - shape.top)
    colour = _darker(shape.colour, round(shape.fade * down))
    row[left:right] = [colour] * (right - left)
    if shape.stripe:
        for start in range(left, right, 2 * shape.stripe):
            end = min(right, start + shape.stripe)
            row[start:end] = [_darker(colour, STRIPE_SHADE)] * (end - start)


def _reach(shape: Shape, y: int) -> tuple[int, int]:
    """The columns that a shape covers in a row."""
    if not shape.is_round:
        return shape.left, min(WIDTH, shape.right)
    height = (shape.bottom - shape.top) / 2
    across = math.sqrt(max(0.0, 1 - ((y + 0.5 - shape.top) / height - 1) ** 2))
    middle, half = (shape.left + shape.right) / 2, across * (shape.right - shape.left) / 2
    return round(middle - half), round(middle + half)


def _darker(colour: Colour, by: int) -> Colour:
    red, green, blue = (max(0, min(255, part - by)) for part in colour)
    return red, green, blue
