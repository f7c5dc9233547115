"""What lies on a scanned page but is no part of the paper: the receiver's ĐẾN box; and marks printed aslant."""

from __future__ import annotations

import math
from collections.abc import Iterable
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from PIL.Image import Image

_MM = 1 / 25.4
_LEAST_WIDE, _MOST_WIDE = 25.0, 90.0
_LEAST_HIGH, _MOST_HIGH = 11.0, 48.0
_HEAD = 0.5
_RESOLUTION = 100


@dataclass(frozen=True, slots=True)
class Area:
    """A part of a picture in its pixels."""

    x0: int
    y0: int
    x1: int
    y1: int

    def holds(self, x: float, y: float) -> bool:
        return self.x0 <= x <= self.x1 and self.y0 <= y <= self.y1

    @property
    def box(self) -> tuple[int, int, int, int]:
        return self.x0, self.y0, self.x1, self.y1


def received_boxes(grey: Image, dpi: int) -> list[Area]:
    """Ruled boxes of the size of an ĐẾN stamp in the upper half: urgency and secrecy marks are half as high."""
    import numpy as np

    step = max(1, round(dpi / _RESOLUTION))
    upper = grey.crop((0, 0, grey.width, round(grey.height * _HEAD)))
    # The darkest of each cell: a thin rule must survive the shrinking.
    dark = _shrunk(np.asarray(upper) < 150, step)
    scale = dpi / step * _MM
    across = _runs(dark, round(_LEAST_WIDE * scale * 0.8), axis=1)
    down = _runs(dark, round(_LEAST_HIGH * scale * 0.6), axis=0)
    found: list[Area] = []
    rules = _spans(across, round(_LEAST_WIDE * scale))
    for top in rules:
        for bottom in rules:
            area = _between(top, bottom, down, scale)
            if area is not None and not any(_overlap(area, other) for other in found):
                found.append(area)
    return [Area(a.x0 * step, a.y0 * step, (a.x1 + 1) * step, (a.y1 + 1) * step) for a in found]


def _shrunk(dark: Any, step: int) -> Any:
    rows, columns = (side // step * step for side in dark.shape)
    return dark[:rows, :columns].reshape(rows // step, step, columns // step, step).any(axis=(1, 3))


def _runs(dark: Any, length: int, *, axis: int) -> Any:
    """Cells inside an almost unbroken run of that length."""
    import numpy as np

    length = max(3, length)
    if dark.shape[axis] <= length:
        return np.zeros_like(dark)
    grid = dark if axis == 1 else dark.T
    sums = np.cumsum(np.pad(grid.astype(np.int32), ((0, 0), (1, 0))), axis=1)
    full = (sums[:, length:] - sums[:, :-length]) >= 0.93 * length
    out = np.zeros_like(grid)
    for shift in range(0, length, max(1, length // 8)):
        out[:, shift : shift + full.shape[1]] |= full
    out[:, length - 1 : length - 1 + full.shape[1]] |= full
    return out if axis == 1 else out.T


def _spans(across: Any, least: int) -> list[tuple[int, int, int]]:
    """(row, first, last) of the long rules, one for each group of neighbouring rows."""
    import numpy as np

    spans: list[tuple[int, int, int]] = []
    for row in np.nonzero(across.sum(axis=1) >= least * 0.9)[0]:
        edges = np.diff(np.concatenate(([0], across[row].astype(np.int8), [0])))
        for first, end in zip(np.nonzero(edges == 1)[0], np.nonzero(edges == -1)[0], strict=True):
            near = (row - r <= 2 and abs(first - f) < 12 and abs(end - e) < 12 for r, f, e in spans)
            if end - first >= least and not any(near):
                spans.append((int(row), int(first), int(end)))
    return spans[:40]


def _between(top: tuple[int, int, int], bottom: tuple[int, int, int], down: Any, scale: float) -> Area | None:
    """The box two rules make when rules stand at both their ends too."""
    high = (bottom[0] - top[0]) / scale
    first, last = min(top[1], bottom[1]), max(top[2], bottom[2])
    wide = (last - first) / scale
    if not (_LEAST_HIGH <= high <= _MOST_HIGH and _LEAST_WIDE <= wide <= _MOST_WIDE):
        return None
    slack = max(3, round(3 * scale))
    if abs(top[1] - bottom[1]) > slack * 2 or abs(top[2] - bottom[2]) > slack * 2:
        return None
    for edge in (first, last):
        strip = down[top[0] : bottom[0], max(0, edge - slack) : edge + slack]
        if strip.any(axis=1).mean() < 0.55:
            return None
    return Area(first, _roof(top[0], first, last, down, slack, scale), last, bottom[0])


def _roof(top: int, first: int, last: int, down: Any, slack: int, scale: float) -> int:
    """The box's title row stands above its first clear rule: its sides go on upwards."""
    lowest = max(0, top - round(10 * scale))
    for row in range(top, lowest, -1):
        sides = (down[row, max(0, edge - slack) : edge + slack].any() for edge in (first, last))
        if not any(sides):
            return row
    return lowest


def _overlap(one: Area, other: Area) -> bool:
    return one.x0 < other.x1 and other.x0 < one.x1 and one.y0 < other.y1 and other.y0 < one.y1


def stray_marks(grey: Image, words: Iterable[Area], dpi: int) -> list[Area]:
    """Lumps of ink in the head of the page that no word covers and that are about the size of an urgency stamp."""
    import numpy as np

    step = max(1, round(dpi / _RESOLUTION))
    scale = dpi / step * _MM
    dark = _shrunk(np.asarray(grey.crop((0, 0, grey.width, round(grey.height * _HEAD)))) < 140, step)
    for word in words:
        dark[max(0, word.y0 // step - 1) : word.y1 // step + 2, max(0, word.x0 // step - 1) : word.x1 // step + 2] = 0
    if int(dark.sum()) < 60:
        return []
    from scipy import ndimage

    lumps, _count = ndimage.label(ndimage.binary_dilation(dark, iterations=max(1, round(1.2 * scale))))
    found = []
    for rows, columns in ndimage.find_objects(lumps):
        high, wide = (rows.stop - rows.start) / scale, (columns.stop - columns.start) / scale
        if 9 <= high <= 50 and 12 <= wide <= 60 and dark[rows, columns].sum() >= 60:
            found.append(Area(columns.start * step, rows.start * step, columns.stop * step, rows.stop * step))
    return found[:3]


def lean_of(grey: Image) -> float:
    """The angle of a slanting mark by the direction in which its ink is longest, in degrees."""
    import numpy as np

    rows, columns = np.nonzero(np.asarray(grey) < 140)
    if len(rows) < 50:
        return 0.0
    spread = np.cov(np.stack([columns, -rows]))
    values, vectors = np.linalg.eigh(spread)
    along = vectors[:, int(np.argmax(values))]
    angle = math.degrees(math.atan2(along[1], along[0]))
    return angle - 180 if angle > 90 else angle + 180 if angle < -90 else angle
