"""Files of automatic stations, Circular 10/2021: bytes in, columns out, each bad line refused with its reason.

Built for speed on many small files: they are joined and read as one, column by column.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from itertools import repeat
from typing import Any, BinaryIO

import numpy as np
import numpy.typing as npt

from giapranh.kernel.errors import N_, BadInput
from giapranh.kernel.text import nfc
from giapranh.water.rules.datafiles import read_toml
from giapranh.water.rules.station_text import NotText, blocks, utf8_lines
from giapranh.water.rules.station_times import NO_TIME, milliseconds
from giapranh.water.rules.station_values import numbers

__all__ = ["CIRCULAR_10", "LAYOUTS", "Layout", "LineRefusal", "NotText", "Parsed", "layout", "parse", "parse_many",
           "parse_stream"]  # fmt: skip

MOST_REFUSALS = 1000
MOST_SYMBOLS = 2000
EARLIEST = int(datetime.fromisoformat("2000-01-01T00:00:00+07:00").timestamp() * 1000)
STATUS = {b"00": 0, b"01": 1, b"02": 2, b"0": 0, b"1": 1, b"2": 2, b"": -1}

COLUMNS = N_("Dòng phải có %(wanted)s cột, gặp %(got)s cột. Kiểm tra dấu phân cách ở khai báo trạm.")
NO_SYMBOL = N_("Thiếu ký hiệu thông số hoặc ký hiệu không hợp lệ.")
BAD_UNIT = N_("Đơn vị “%(text)s” không hợp lệ: quá dài, có ký tự lạ, hoặc là số (cột giá trị và đơn vị đổi chỗ?).")
BAD_TIME = N_("Thời gian “%(text)s” không đọc được; phải là yyyyMMddHHmmss.")
FUTURE = N_("Thời gian %(text)s ở tương lai: kiểm tra đồng hồ của bộ ghi.")
TOO_OLD = N_("Thời gian %(text)s quá xa trong quá khứ: kiểm tra đồng hồ của bộ ghi.")
BAD_STATUS = N_("Trạng thái “%(text)s” lạ: chỉ nhận 00, 01, 02.")
DECIMAL_COMMA = N_("Giá trị “%(text)s” viết dấu phẩy: dùng dấu chấm, hoặc khai báo trạm dùng dấu phẩy thập phân.")


class UnknownLayout(BadInput):
    code = "unknown_file_layout"


@dataclass(frozen=True, slots=True)
class Layout:
    """The order of columns of a provider. The last columns down to ``least`` may be absent."""

    key: str = "circular_10"
    columns: tuple[str, ...] = ("symbol", "value", "unit", "time", "status")
    least: int = 4
    separator: str = "\t"
    decimal: str = "."
    utc_offset_s: int = 7 * 3600
    label: str = ""

    def __post_init__(self) -> None:
        if not {"symbol", "value", "time"} <= set(self.columns[: self.least]):
            raise UnknownLayout(N_("Khai báo cột của trạm phải có ký hiệu, giá trị và thời gian."))


CIRCULAR_10 = Layout(label=N_("Thông tư 10/2021: ký hiệu, giá trị, đơn vị, thời gian, trạng thái"))
LAYOUTS: dict[str, Layout] = {
    one.key: one
    for one in (
        CIRCULAR_10,
        Layout("symbol_value_unit_time", CIRCULAR_10.columns, 4, "space",
               label=N_("ký hiệu, giá trị, đơn vị, thời gian (dấu cách)")),
        Layout("time_symbol_value", ("time", "symbol", "value", "unit"), 3, "space",
               label=N_("thời gian, ký hiệu, giá trị (dấu cách)")),
        Layout("symbol_value_time", ("symbol", "value", "time"), 3, "space",
               label=N_("ký hiệu, giá trị, thời gian (dấu cách)")),
        Layout("semicolon", separator=";", label=N_("như Thông tư, phân cách bằng dấu chấm phẩy")),
        Layout("semicolon_comma", separator=";", decimal=",",
               label=N_("như Thông tư, phân cách bằng dấu chấm phẩy, số lẻ viết dấu phẩy")),
        Layout("comma_decimal", decimal=",", label=N_("như Thông tư, số lẻ viết dấu phẩy")),
        Layout("auto_decimal", decimal="auto", label=N_("như Thông tư, tự nhận dấu phẩy thập phân")),
    )
}  # fmt: skip


def layout(key: str) -> Layout:
    found = LAYOUTS.get(key or CIRCULAR_10.key)
    if found is None:
        raise UnknownLayout(N_("Không có khai báo cột “%(key)s”."), key=key)
    return found


@dataclass(frozen=True, slots=True)
class LineRefusal:
    """One line that was not taken: where, what it said, why. ``what`` is a message id filled by ``params``."""

    file: int
    line: int
    text: str
    what: str
    params: Mapping[str, Any] = field(default_factory=dict)

    @property
    def message(self) -> str:
        return self.what % self.params if self.params else self.what


@dataclass(slots=True)
class Parsed:
    """Rows as columns. ``symbol`` and ``unit`` point into ``symbols`` and ``units``; ``time`` is milliseconds UTC.

    ``value`` is NaN where there is no number and ``reason`` says why (bits of ``quality.Reason``); ``raw`` keeps what
    stood there. ``refused`` counts all refusals, ``refused_of`` those of each file; ``refusals`` holds the first thousand
    and one at least of every file. ``unfinished`` are files that
    end in the middle of a line: perhaps still being written, worth another look.
    """

    symbols: tuple[str, ...]
    units: tuple[str, ...]
    symbol: npt.NDArray[np.int32]
    unit: npt.NDArray[np.int32]
    value: npt.NDArray[np.float64]
    time: npt.NDArray[np.int64]
    status: npt.NDArray[np.int16]
    reason: npt.NDArray[np.int16]
    line: npt.NDArray[np.int32]
    file: npt.NDArray[np.int32]
    raw: dict[int, str]
    refusals: list[LineRefusal]
    refused: int
    refused_of: dict[int, int]
    unfinished: frozenset[int]
    encodings: tuple[str, ...]

    def __len__(self) -> int:
        return len(self.value)


def parse(content: bytes, *, layout: Layout = CIRCULAR_10, now: datetime | None = None, ahead_s: int = 900) -> Parsed:
    """One file. ``now`` refuses times more than ``ahead_s`` seconds in the future. Raises ``NotText``."""
    plain, encoding = utf8_lines(content)
    return _read([plain], [encoding], layout, now, ahead_s)


def parse_many(
    contents: Sequence[bytes], *, layout: Layout = CIRCULAR_10, now: datetime | None = None, ahead_s: int = 900
) -> Parsed:
    """Many files of one layout at once; column ``file`` says which. A file that is no text gives one refusal."""
    plain: list[bytes] = []
    encodings: list[str] = []
    refusals: list[LineRefusal] = []
    for number, content in enumerate(contents):
        try:
            text, encoding = utf8_lines(content)
        except NotText as refusal:
            text, encoding = b"", ""
            refusals.append(LineRefusal(number, 0, "", refusal.template, refusal.params))
        plain.append(text)
        encodings.append(encoding)
    parsed = _read(plain, encodings, layout, now, ahead_s)
    parsed.refused += len(refusals)
    parsed.refused_of |= {refusal.file: 1 for refusal in refusals}
    parsed.refusals[:0] = refusals
    return parsed


def parse_stream(
    stream: BinaryIO, *, layout: Layout = CIRCULAR_10, now: datetime | None = None, ahead_s: int = 900
) -> Iterator[Parsed]:
    """One file of any length, block by block; line numbers run through."""
    before = 0
    for block in blocks(stream):
        parsed = _read([block], ["utf-8"], layout, now, ahead_s)
        parsed.line += before
        parsed.refusals = [LineRefusal(0, r.line + before, r.text, r.what, r.params) for r in parsed.refusals]
        before += block.count(b"\n")
        yield parsed


# --- reading -------------------------------------------------------------------------------------------------------


class _Interner(dict[bytes, int]):
    """Each different text gets the next number; ``good`` says per number whether the text is one.

    No station has thousands of symbols: further ones of a nonsense file all share the number of the first text, b"\\n",
    which no line can hold and which is not good.
    """

    def __init__(self, is_good: Callable[[bytes], bool]) -> None:
        super().__init__({b"\n": 0})
        self.good = [False]
        self._is_good = is_good

    def __missing__(self, key: bytes) -> int:
        if len(self) >= MOST_SYMBOLS:
            return 0
        number = self[key] = len(self)
        self.good.append(self._is_good(key))
        return number


@dataclass(slots=True)
class _Lines:
    """Lines of one number of columns: their text, where each stands."""

    data: bytes
    line: npt.NDArray[np.int32]
    file: npt.NDArray[np.int32]
    columns: int


class _Reading:
    """What is gathered while the groups of lines are read."""

    def __init__(self, layout: Layout, now: datetime | None, ahead_s: int) -> None:
        self.layout = layout
        self.separator = (b"\t" if layout.separator == "space" else layout.separator.encode())[:1]
        self.latest = int(now.timestamp() * 1000) + ahead_s * 1000 if now else np.iinfo(np.int64).max
        self.symbols, self.units = _Interner(_is_symbol), _Interner(_is_unit)
        self.parts: list[tuple[npt.NDArray[Any], ...]] = []
        self.raw: dict[tuple[int, int], str] = {}
        self.refusals: list[LineRefusal] = []
        self.refused_of: dict[int, int] = {}
        self.last_refused: dict[int, int] = {}  # file -> the last of its lines that was refused
        self.mixed = False  # rows were read out of the order of their lines

    def refuse(self, lines: _Lines, rows: Sequence[int], what: str, texts: Sequence[bytes] | None = None) -> None:
        told = self.to_tell(lines, rows)
        whole = lines.data.split(b"\n") if told else []
        for row in told:
            shown = {"text": _shown(texts[row])} if texts is not None else {}
            text = _shown(whole[row].replace(self.separator, b"\t"))
            self.refusals.append(LineRefusal(int(lines.file[row]), int(lines.line[row]), text, what, shown))

    def to_tell(self, lines: _Lines, rows: Sequence[int]) -> list[int]:
        """Count refused rows by their files; those to be told: the first thousand of all, and the first of each file."""
        if not len(rows):
            return []
        chosen = np.asarray(rows)[np.lexsort((lines.line[rows], lines.file[rows]))]
        files, first, counts = np.unique(lines.file[chosen], return_index=True, return_counts=True)
        told = set(range(max(min(MOST_REFUSALS - len(self.refusals), len(chosen)), 0)))
        for file, at, count in zip(files.tolist(), first.tolist(), counts.tolist(), strict=True):
            if file not in self.refused_of:
                told.add(at)
            self.refused_of[file] = self.refused_of.get(file, 0) + count
            last = int(lines.line[chosen[at + count - 1]])
            self.last_refused[file] = max(self.last_refused.get(file, 0), last)
        return [int(chosen[at]) for at in sorted(told)]


@dataclass(slots=True)
class _Piece:
    """A file, or a part of a long one, that starts behind so many lines."""

    file: int
    before: int
    text: bytes


AT_ONCE = 512 * 1024  # blocks that stay in the processor's cache are read twice as fast


def _pieces(contents: list[bytes]) -> Iterator[list[_Piece]]:
    """The files in batches of about ``AT_ONCE`` bytes; long files cut between lines."""
    batch: list[_Piece] = []
    size = 0
    for number, text in enumerate(contents):
        before, start = 0, 0
        while start < len(text):
            end = len(text)
            if end - start > 2 * AT_ONCE:
                end = text.find(b"\n", start + AT_ONCE) + 1 or end
            part = text[start:end] if start or end < len(text) else text
            batch.append(_Piece(number, before, part))
            size += len(part)
            if size >= AT_ONCE:
                yield batch
                batch, size = [], 0
            before += part.count(b"\n") if end < len(text) else 0
            start = end
    if batch:
        yield batch


def _read(contents: list[bytes], encodings: list[str], layout: Layout, now: datetime | None, ahead_s: int) -> Parsed:
    reading = _Reading(layout, now, ahead_s)
    for batch in _pieces(contents):
        _read_batch(batch, reading)
    return _finish(reading, contents, encodings)


def _read_batch(batch: list[_Piece], reading: _Reading) -> None:
    texts = [piece.text if piece.text.endswith(b"\n") else piece.text + b"\n" for piece in batch]
    counts = np.array([text.count(b"\n") for text in texts])
    joined = b"".join(texts)
    if reading.layout.separator == "space":
        joined = b"".join([b"\t".join(line.split()) + b"\n" for line in joined.split(b"\n")[:-1]])
    starts = np.cumsum(counts) - counts - np.array([piece.before for piece in batch])
    file = np.repeat(np.array([piece.file for piece in batch], dtype=np.int32), counts)
    line = (np.arange(len(file)) - np.repeat(starts, counts) + 1).astype(np.int32)
    for group in _groups(joined, line, file, reading):
        _read_group(group, reading)


def _groups(
    joined: bytes, line: npt.NDArray[np.int32], file: npt.NDArray[np.int32], reading: _Reading
) -> Iterator[_Lines]:
    """The lines by their number of columns; blank lines are passed over, other numbers refused."""
    signs = np.frombuffer(joined, dtype=np.uint8)
    ends = np.flatnonzero(signs == 10)
    tabs = np.flatnonzero(signs == reading.separator[0])
    allowed = range(reading.layout.least, len(reading.layout.columns) + 1)
    each, over = divmod(len(tabs), len(ends))
    if not over and each + 1 in allowed:
        grid = tabs.reshape(len(ends), each)
        if (grid[:, -1] < ends).all() and (grid[1:, 0] > ends[:-1]).all():
            yield _Lines(joined, line, file, each + 1)
            return
    columns = np.diff(np.searchsorted(tabs, ends), prepend=0) + 1
    blank = (columns == 1) & (np.diff(ends, prepend=-1) == 1)
    texts = joined.split(b"\n")
    reading.mixed = True
    for number in np.unique(columns[~blank]):
        rows = np.flatnonzero((columns == number) & ~blank)
        data = b"\n".join([texts[row] for row in rows]) + b"\n"
        group = _Lines(data, line[rows], file[rows], int(number))
        if number in allowed:
            yield group
        else:
            _refuse_columns(group, reading)


def _refuse_columns(group: _Lines, reading: _Reading) -> None:
    """Trailing separators and a comma that parts thousands are common; each such line is told by itself."""
    texts = group.data.split(b"\n")
    for row in reading.to_tell(group, range(len(group.line))):
        params = {"wanted": len(reading.layout.columns), "got": group.columns}
        reading.refusals.append(
            LineRefusal(int(group.file[row]), int(group.line[row]), _shown(texts[row]), COLUMNS, params)
        )


def _read_group(group: _Lines, reading: _Reading) -> None:
    width, count = group.columns, len(group.line)
    fields = group.data.replace(b"\n", reading.separator).split(reading.separator)
    fields.pop()
    at = {name: place for place, name in enumerate(reading.layout.columns[:width])}
    column = {name: fields[place::width] for name, place in at.items()}
    symbol = np.fromiter(map(reading.symbols.__getitem__, column["symbol"]), np.int32, count)
    units = column.get("unit")
    unit = np.fromiter(map(reading.units.__getitem__, units or repeat(b"", count)), np.int32, count)
    time = milliseconds(column["time"], reading.layout.utc_offset_s)
    status = np.full(count, -1, dtype=np.int16)
    if "status" in column:
        status = np.fromiter(map(STATUS.get, column["status"], repeat(-9)), np.int16, count)
        if (status == -9).any():
            _again(status, column["status"])
    read = numbers(column["value"], group.file, reading.layout.decimal, read_toml("quality.toml")["all"]["largest"])
    bad_symbol = ~np.array(reading.symbols.good)[symbol]
    bad_unit = ~np.array(reading.units.good)[unit]
    keep = _judge(group, reading, column, bad_symbol, bad_unit, time, status, read.comma)
    rows = np.flatnonzero(keep)
    for row in np.flatnonzero(keep & (read.reason > 0)).tolist():
        reading.raw[int(group.file[row]), int(group.line[row])] = _shown(column["value"][row])
    whole = len(rows) == count
    reading.parts.append(tuple(
        one if whole else one[rows]
        for one in (symbol, unit, read.value, time, status, read.reason, group.line, group.file)
    ))  # fmt: skip


def _again(status: npt.NDArray[np.int16], texts: Sequence[bytes]) -> None:
    for row in np.flatnonzero(status == -9).tolist():
        status[row] = STATUS.get(texts[row].strip().strip(b'"'), -9)


def _judge(
    group: _Lines,
    reading: _Reading,
    column: Mapping[str, Sequence[bytes]],
    bad_symbol: npt.NDArray[np.bool_],
    bad_unit: npt.NDArray[np.bool_],
    time: npt.NDArray[np.int64],
    status: npt.NDArray[np.int16],
    comma: npt.NDArray[np.bool_],
) -> npt.NDArray[np.bool_]:
    """Which rows may stay; the others are refused, each for the first thing wrong with it."""
    keep = np.ones(len(time), dtype=bool)
    for bad, what, texts in (
        (bad_symbol, NO_SYMBOL, None),
        (bad_unit, BAD_UNIT, column.get("unit")),
        (time == NO_TIME, BAD_TIME, column["time"]),
        (time > reading.latest, FUTURE, column["time"]),
        (time < EARLIEST, TOO_OLD, column["time"]),
        (status == -9, BAD_STATUS, column.get("status")),
        (comma, DECIMAL_COMMA, column["value"]),
    ):
        rows = np.flatnonzero(bad & keep)
        if len(rows):
            reading.refuse(group, rows.tolist(), what, texts)
            keep[rows] = False
    return keep


def _is_symbol(name: bytes) -> bool:
    text = name.decode("utf-8", errors="replace").strip()
    return 0 < len(text) <= 60 and text.isprintable() and not text.startswith("#") and not text[0].isdigit()


def _is_unit(name: bytes) -> bool:
    """A number is no unit (but “1” for pH): value and unit have changed places, and the value would be lost."""
    text = name.decode("utf-8", errors="replace").strip()
    return len(text) <= 40 and text.isprintable() and (text == "1" or not _NUMBER.fullmatch(text))


def _shown(text: bytes) -> str:
    return text[:400].decode("utf-8", errors="replace")[:200]


_NUMBER = re.compile(r"[+-]?\d+(?:[.,]\d+)?")
_EMPTY = (np.int32, np.int32, np.float64, np.int64, np.int16, np.int16, np.int32, np.int32)


def _finish(reading: _Reading, contents: list[bytes], encodings: list[str]) -> Parsed:
    if len(reading.parts) == 1:
        columns = list(reading.parts[0])
    elif reading.parts:
        columns = [np.concatenate(parts) for parts in zip(*reading.parts, strict=True)]
        if reading.mixed:
            order = np.lexsort((columns[6], columns[7]))
            columns = [one[order] for one in columns]
    else:
        columns = [np.zeros(0, kind) for kind in _EMPTY]
    symbol, unit, value, time, status, reason, line, file = columns
    raw = {}
    if reading.raw:
        places = {(int(file[row]), int(line[row])): int(row) for row in np.flatnonzero(reason > 0)}
        raw = {places[key]: text for key, text in reading.raw.items()}
    reading.refusals.sort(key=lambda refusal: (refusal.file, refusal.line))
    last = {n: text.count(b"\n") + 1 for n, text in enumerate(contents) if text and not text.endswith(b"\n")}
    ended = {n for n, line_number in last.items() if reading.last_refused.get(n) == line_number}
    ended |= {n for n in last if _looks_cut(contents[n], reading.layout)}
    symbols, symbol = _names(reading.symbols, symbol)
    units, unit = _names(reading.units, unit)
    return Parsed(symbols, units, symbol, unit, value, time, status, reason, line, file, raw, reading.refusals,
                  sum(reading.refused_of.values()), reading.refused_of, frozenset(ended), tuple(encodings))  # fmt: skip


def _looks_cut(text: bytes, layout: Layout) -> bool:
    """Whether the last line, without its end, says less than the first: status “0” of “01” would pass for “00”."""
    sign = None if layout.separator == "space" else layout.separator.encode()
    first, last = text.partition(b"\n")[0].split(sign), text.rpartition(b"\n")[2].split(sign)
    if not last or len(last) < len(first):
        return True
    ends_with = layout.columns[min(len(last), len(layout.columns)) - 1]
    return ends_with in {"time", "status"} and len(last[-1].strip()) < len(first[-1].strip())


def _names(known: _Interner, column: npt.NDArray[np.int32]) -> tuple[tuple[str, ...], npt.NDArray[np.int32]]:
    """Clean names; spellings that differ by spaces or quotes fall together, names of refused lines fall away."""
    clean = [nfc(name.decode("utf-8", errors="replace")).strip().strip('"') for name in known]
    used = sorted({clean[number] for number in np.unique(column)})
    place = {name: number for number, name in enumerate(used)}
    table = np.array([place.get(name, -1) for name in clean] or [-1], dtype=np.int32)
    return tuple(used), table[column] if len(column) else column
