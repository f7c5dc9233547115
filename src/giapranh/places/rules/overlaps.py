"""Areas of one level must not lie on each other."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import Any

import shapely

TOLERATED_SHARE = 0.01  # of the smaller area; simplified outlines overlap a little along their edges


def overlapping(shapes: Sequence[Any], tolerated: float = TOLERATED_SHARE) -> Iterator[tuple[int, int, float]]:
    """Pairs of positions whose areas overlap by more than ``tolerated`` of the smaller one, with that share."""
    tree = shapely.STRtree(shapes)
    left, right = tree.query(shapes, predicate="intersects")
    for one, other in zip(left.tolist(), right.tolist(), strict=True):
        if one >= other:
            continue
        smaller = min(shapes[one].area, shapes[other].area)
        share = shapes[one].intersection(shapes[other]).area / smaller if smaller else 0.0
        if share > tolerated:
            yield one, other, share
