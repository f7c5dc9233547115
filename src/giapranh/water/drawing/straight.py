"""A river pulled straight: the source above, the mouth below, kilometres down the side.

Looking downstream is looking down the page, so the right bank is on the left of the picture. ``draw`` puts every label
as near to its kilometre as the others allow.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field, replace

LINE = 17.0  # height of a line of text
GAP = 7.0  # between two labels
BAR = 19.0  # the column of a bar beside the river
TOP, BOTTOM = 34.0, 26.0


@dataclass(frozen=True, slots=True)
class Mark:
    """Something at a kilometre. ``badge`` is a word of one or two letters; ``tone`` its colour; never colour alone."""

    km: float
    kind: str  # station | intake | outfall | pollution_source | weir | gauge | confluence | landmark | border | here …
    title: str
    note: str = ""
    url: str = ""
    badge: str = ""
    tone: str = ""
    bank: str = ""
    silent: bool = False
    minor: bool = False  # left out where there is no room


@dataclass(frozen=True, slots=True)
class BankStretch:
    side: str  # left | right
    km_upper: float
    km_lower: float
    name: str
    province: str


@dataclass(frozen=True, slots=True)
class Border:
    """The river itself is the border here."""

    km_upper: float
    km_lower: float
    title: str


@dataclass(frozen=True, slots=True)
class Band:
    """A stretch with a word about it: where a discharge may have been, when a cloud may pass."""

    km_upper: float
    km_lower: float
    title: str
    word: str = ""  # a few letters that fit above a narrow bar
    tone: str = ""


@dataclass(frozen=True, slots=True)
class Strip:
    name: str
    top_km: float
    marks: Sequence[Mark] = ()
    banks: Sequence[BankStretch] = ()
    borders: Sequence[Border] = ()
    bands: Sequence[Band] = ()
    bottom_km: float = 0.0
    into: str = ""  # what it flows into

    @property
    def length(self) -> float:
        return max(self.top_km - self.bottom_km, 0.1)


@dataclass(frozen=True, slots=True)
class Rect:
    x: float
    y: float
    width: float
    height: float
    tone: str = ""
    title: str = ""

    @property
    def middle(self) -> float:
        return self.x + self.width / 2


@dataclass(frozen=True, slots=True)
class Words:
    """A line of text in the picture."""

    x: float
    y: float
    text: str
    anchor: str = "start"
    tone: str = ""


@dataclass(frozen=True, slots=True)
class Label:
    """A mark with where it stands (``dot_y``) and where its words found room."""

    mark: Mark
    dot_x: float
    dot_y: float
    x: float
    y: float  # top of the words
    lines: tuple[str, ...]
    note: str
    leader: str  # path from the river to the words

    @property
    def badge_y(self) -> float:
        return self.y - 1

    @property
    def badge_text_y(self) -> float:
        return self.y + 13

    @property
    def badge_text_x(self) -> float:
        return self.x + 14

    @property
    def words_x(self) -> float:
        return self.x + (36 if self.mark.badge else 20)

    def placed(self) -> list[Words]:
        rows = [Words(self.words_x, self.y + 13 + n * LINE, line) for n, line in enumerate(self.lines)]
        if self.note:
            rows.append(Words(self.words_x, self.y + 13 + len(self.lines) * LINE, self.note, tone="note"))
        return rows


@dataclass
class Drawing:
    """Everything with its place, in the order it is painted."""

    width: float
    height: float
    river: Rect
    river_x: float
    wide: bool
    ticks: list[Words] = field(default_factory=list)
    banks: list[Rect] = field(default_factory=list)
    bank_names: list[Words] = field(default_factory=list)
    borders: list[Rect] = field(default_factory=list)
    bands: list[Rect] = field(default_factory=list)
    band_words: list[Words] = field(default_factory=list)
    labels: list[Label] = field(default_factory=list)
    heads: list[Words] = field(default_factory=list)


@dataclass(frozen=True, slots=True)
class _Look:
    """Where the columns stand. The wide picture names the communes, the narrow one only colours the provinces."""

    width: float
    axis: float
    right_bank: tuple[float, float]
    river: tuple[float, float]
    left_bank: tuple[float, float]
    labels: float
    per_km: float

    def letters(self, from_x: float) -> int:
        return int((self.width - from_x) / 7.3)


_WIDE = _Look(640, 40, (46, 106), (156, 22), (182, 106), 316, 5.2)
_NARROW = _Look(356, 34, (40, 8), (50, 16), (68, 8), 96, 4.6)


def draw(strip: Strip, *, wide: bool) -> Drawing:
    look = _beside(_WIDE if wide else _NARROW, len(strip.bands))
    marks = sorted((m for m in strip.marks if wide or not m.minor), key=lambda m: (-m.km, m.kind != "here", m.title))
    words = [_wrapped(mark, look) for mark in marks]
    notes = [_cut(mark.note, look.letters(look.labels + 36)) for mark in marks]
    heights = [LINE * (len(lines) + bool(note)) for lines, note in zip(words, notes, strict=True)]
    needed = sum(heights) + GAP * len(heights)
    tall = max(strip.length * look.per_km, needed * 1.05, 300.0)
    tall = min(tall, max(strip.length * 34, needed * 1.05, 300.0))
    scale = tall / strip.length

    def y(km: float) -> float:
        return round(TOP + (strip.top_km - min(max(km, strip.bottom_km), strip.top_km)) * scale, 1)

    drawing = Drawing(
        look.width, round(TOP + tall + BOTTOM, 1), Rect(look.river[0], TOP, look.river[1], tall), sum(look.river), wide
    )
    _ticks(drawing, strip, look, y, scale)
    _banks(drawing, strip, look, y)
    drawing.borders = [
        Rect(look.right_bank[0], y(b.km_upper), sum(look.left_bank) - look.right_bank[0],
             max(y(b.km_lower) - y(b.km_upper), 3), "border", b.title)
        for b in strip.borders
    ]  # fmt: skip
    for n, band in enumerate(strip.bands):
        x = sum(look.left_bank) + 6 + n * BAR
        top, foot = y(band.km_upper), y(band.km_lower)
        drawing.bands.append(Rect(x, top, BAR - 6, round(max(foot - top, 4), 1), band.tone, band.title))
        drawing.band_words.append(Words(x + (BAR - 6) / 2, TOP - 8 if n % 2 else TOP - 20, band.word, "middle"))
    places = spread([y(mark.km) - height / 2 for mark, height in zip(marks, heights, strict=True)], heights,
                    TOP - 12, drawing.height - 4)  # fmt: skip
    for mark, lines, note, top, height in zip(marks, words, notes, places, heights, strict=True):
        drawing.labels.append(_label(mark, lines, note, top, height, look, y(mark.km)))
    drawing.heads = _heads(strip, look, drawing.height)
    return drawing


def _beside(look: _Look, bars: int) -> _Look:
    """Room for bars between the bank and the labels, each in a column of its own: their stretches overlap."""
    return replace(look, labels=look.labels + max(0, bars * BAR - 12)) if bars else look


def spread(wanted: Sequence[float], heights: Sequence[float], low: float, high: float) -> list[float]:
    """Tops of labels in the given order, none over another, each as near to where it wants to be as the rest allow."""
    blocks: list[list[float]] = []  # [sum of wished starts, members, height]
    for top, height in zip(wanted, heights, strict=True):
        block = [top, 1.0, height + GAP]
        while blocks and _start(blocks[-1], low) + blocks[-1][2] > _start(block, low):
            before = blocks.pop()
            # The members of the later block want to start where they did, less what stands before them now.
            block = [before[0] + block[0] - before[2] * block[1], before[1] + block[1], before[2] + block[2]]
        blocks.append(block)
    placed: list[float] = []
    n = 0
    for block in blocks:
        top = _start(block, low)
        for _ in range(int(block[1])):
            placed.append(top)
            top += heights[n] + GAP
            n += 1
    over = (placed[-1] + heights[-1] - high) if placed else 0
    for n in range(len(placed) - 1, -1, -1):  # what hangs over the foot pushes up what stands above it
        if over <= 0:
            break
        room = placed[n] - (placed[n - 1] + heights[n - 1] + GAP if n else low)
        for m in range(n, len(placed)):
            placed[m] -= min(over, max(room, 0))
        over -= min(over, max(room, 0))
    return [round(top, 1) for top in placed]


def _start(block: list[float], low: float) -> float:
    return max(block[0] / block[1], low)


def _wrapped(mark: Mark, look: _Look) -> tuple[str, ...]:
    """The title on at most two lines."""
    room = look.letters(look.labels + (36 if mark.badge else 20))
    if len(mark.title) <= room:
        return (mark.title,)
    first = mark.title.rfind(" ", 0, room + 1)
    first = first if first > room // 3 else room
    return mark.title[:first].rstrip(), _cut(mark.title[first:].lstrip(), room)


def _cut(text: str, room: int) -> str:
    return text if len(text) <= room else text[: max(room - 1, 1)].rstrip() + "…"


def _label(mark: Mark, lines: tuple[str, ...], note: str, top: float, height: float, look: _Look, at: float) -> Label:
    start = max(sum(look.left_bank) + 2, look.labels - 24)
    middle = round(top + min(height, LINE) / 2 - 1, 1)
    bend = look.labels - 12
    leader = f"M{start} {at}H{bend - 8}L{bend} {middle}H{look.labels - 2}"
    dot = look.river[0] + {"right": 0.2, "left": 0.8}.get(mark.bank, 0.5) * look.river[1]
    return Label(mark, round(dot, 1), at, look.labels, top, lines, note, leader)


def _ticks(drawing: Drawing, strip: Strip, look: _Look, y: Callable[[float], float], scale: float) -> None:
    step = next(s for s in (1, 2, 5, 10, 20, 50, 100) if s * scale >= 26 or s == 100)
    km = -(-strip.bottom_km // step) * step
    while km <= strip.top_km + 1e-9:
        drawing.ticks.append(Words(look.axis, y(km), f"{km:g}", "end"))
        km += step


def _banks(drawing: Drawing, strip: Strip, look: _Look, y: Callable[[float], float]) -> None:
    for stretch in strip.banks:
        left, width = look.left_bank if stretch.side == "left" else look.right_bank
        top, foot = y(stretch.km_upper), y(stretch.km_lower)
        if foot <= top:
            continue
        drawing.banks.append(Rect(left, top, width, round(foot - top, 1), stretch.province, stretch.name))
        if drawing.wide and foot - top >= 13:
            text = _cut(stretch.name, int(width / 6.6))
            drawing.bank_names.append(Words(left + width / 2, round((top + foot) / 2 + 4, 1), text, "middle"))


def _heads(strip: Strip, look: _Look, height: float) -> list[Words]:
    heads = [Words(look.axis, 16, "km", "end")]
    if look.right_bank[1] > 20:
        heads += [
            Words(look.right_bank[0] + look.right_bank[1] / 2, 16, "right", "middle"),
            Words(look.left_bank[0] + look.left_bank[1] / 2, 16, "left", "middle"),
        ]
    heads.append(Words(look.river[0] + look.river[1] / 2, height - 6, "into", "middle"))
    return heads
