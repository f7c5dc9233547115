"""Many papers at once: processes that share nothing, results in the order asked, one bad file never the end."""

from __future__ import annotations

from collections import deque
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import TYPE_CHECKING

from giapranh.cli.language import _, line_of
from giapranh.kernel.errors import Refused

if TYPE_CHECKING:
    from concurrent.futures import Future, ProcessPoolExecutor

    from giapranh.documents.reading.schema import Reading

Watch = Callable[[int, int], None]


@dataclass(frozen=True, slots=True)
class Job:
    """One paper to read: from a path, or bytes already at hand."""

    name: str
    path: Path | None = None
    data: bytes | None = None
    threads: int = 0


@dataclass(frozen=True, slots=True)
class Result:
    """What came of a job: a reading, or the line that says why not."""

    name: str
    reading: Reading | None = None
    refusal: str | None = None


def read_all(jobs: Sequence[Job], processes: int, watch: Watch | None = None) -> Iterator[Result]:
    """Every job's result in order; no more than a few wait in memory at a time."""
    if processes <= 1:
        for job in jobs:
            yield read_one(job, watch)
        return
    from concurrent.futures.process import BrokenProcessPool

    waiting = deque(replace(job, threads=1) for job in jobs)
    while waiting:
        try:
            yield from _pooled(waiting, processes)
        except BrokenProcessPool:
            # A file may bring down the process that reads it. Those that were under way are read one by one,
            # each in a process of its own, so that only the culprit is lost.
            for _turn in range(min(len(waiting), 2 * processes)):
                yield _alone(waiting.popleft())


def _pool(processes: int) -> ProcessPoolExecutor:
    """Processes started afresh, as Windows does, wherever this runs. Imported late: one paper needs none of it."""
    from concurrent.futures import ProcessPoolExecutor
    from multiprocessing import get_context

    return ProcessPoolExecutor(processes, mp_context=get_context("spawn"))


def _pooled(waiting: deque[Job], processes: int) -> Iterator[Result]:
    """Takes a job off ``waiting`` only once its result is given out."""
    with _pool(processes) as pool:
        running: deque[Future[Result]] = deque()
        while waiting:
            while len(running) < min(len(waiting), 2 * processes):
                running.append(pool.submit(read_one, waiting[len(running)]))
            result = running.popleft().result()
            waiting.popleft()
            yield result


def _alone(job: Job) -> Result:
    from concurrent.futures.process import BrokenProcessPool

    with _pool(1) as pool:
        try:
            return pool.submit(read_one, job).result()
        except BrokenProcessPool:
            return Result(job.name, refusal=_("Tệp làm hỏng trình đọc, có thể bị lỗi nặng: xin gửi lại tệp gốc."))


def read_one(job: Job, watch: Watch | None = None) -> Result:
    """One job here and now; whatever goes wrong becomes a line."""
    from giapranh.documents.reading import DEFAULT_LIMITS, read_paper
    from giapranh.node import home

    try:
        data = job.data if job.data is not None else _bytes(job.path, DEFAULT_LIMITS.bytes)
        roots = home.signature_roots() if b"/ByteRange" in data else ()
        limits = replace(DEFAULT_LIMITS, threads=job.threads, roots=roots)
        return Result(job.name, reading=read_paper(data, job.name, limits=limits, watch=watch))
    except Refused as error:
        return Result(job.name, refusal=line_of(error))
    except OSError as error:
        return Result(job.name, refusal=_("không mở được tệp (%(why)s).") % {"why": error.strerror or error})
    except MemoryError:
        return Result(job.name, refusal=_("Tệp quá nặng với bộ nhớ của máy này."))
    except Exception as error:
        kind = type(error).__name__
        return Result(job.name, refusal=_("Lỗi chưa lường trước khi đọc tệp (%(kind)s).") % {"kind": kind})


def _bytes(path: Path | None, most: int) -> bytes:
    if path is None:
        return b""
    with path.open("rb") as stream:
        return stream.read(most + 1)
