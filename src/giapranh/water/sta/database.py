"""Raw questions on Django's own connection of this thread: prepared, bound on the server, answered in binary.

One connection per thread serves pages and this interface alike, so a test sees its own rows and a node needs no second
pool. Prepared statements pay off because the same few questions come thousands of times.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from functools import lru_cache
from typing import Any

import psycopg
from django.db import connection, transaction
from psycopg import errors
from psycopg.rows import tuple_row

from giapranh.kernel.errors import N_, Unavailable
from giapranh.water.sta.errors import Malformed, TooLarge

SLOWEST_MS = 20_000


class DatabaseAway(Unavailable):
    code = "database_away"


def raw() -> psycopg.Connection[Any]:
    connection.ensure_connection()
    link: psycopg.Connection[Any] = connection.connection
    if link.prepare_threshold is None:
        link.prepare_threshold = 5
    return link


def fetch(sql: str, values: Sequence[Any] = ()) -> list[tuple[Any, ...]]:
    """All rows of a question whose text is ours and whose values are bound."""
    with translated(), psycopg.Cursor(raw(), row_factory=tuple_row) as cursor:
        cursor.execute(sql.encode(), values, binary=True)  # bytes: text made at run time, by mapping and compile only
        return cursor.fetchall()


def fetch_one(sql: str, values: Sequence[Any] = ()) -> tuple[Any, ...] | None:
    rows = fetch(sql, values)
    return rows[0] if rows else None


def execute(sql: str, values: Sequence[Any] = ()) -> int:
    with translated(), psycopg.Cursor(raw()) as cursor:
        cursor.execute(sql.encode(), values)
        return cursor.rowcount


@lru_cache(maxsize=1)
def unicode_collation() -> str:
    """One that knows the capitals of every script; which are there depends on the version of PostgreSQL."""
    wanted = ["pg_c_utf8", "und-x-icu", "C.utf8"]
    found = {row[0] for row in fetch("SELECT collname FROM pg_collation WHERE collname = ANY(%s)", [wanted])}
    return next((name for name in wanted if name in found), "default")


@contextmanager
def bounded() -> Iterator[None]:
    """A question that may be costly: given up after some seconds, so that nobody can occupy the database."""
    within = connection.in_atomic_block
    with transaction.atomic():
        execute(f"SET LOCAL statement_timeout = {SLOWEST_MS}")
        yield
        if within:  # else it ends with the transaction
            execute("SET LOCAL statement_timeout = 0")


@contextmanager
def translated() -> Iterator[None]:
    """What the database refuses on account of the question is the asker's to mend, not a crash."""
    try:
        yield
    except errors.QueryCanceled as error:
        raise TooLarge(N_("Câu hỏi này quá nặng. Hãy thu hẹp khoảng thời gian hoặc điều kiện lọc.")) from error
    except errors.StatementTooComplex as error:
        raise Malformed(N_("Biểu thức quá phức tạp. Hãy chia thành nhiều câu hỏi.")) from error
    except errors.DataError as error:
        raise Malformed(N_("Biểu thức không tính được trên dữ liệu này (số quá lớn hoặc sai kiểu).")) from error
    except (errors.AdminShutdown, errors.CannotConnectNow) as error:
        connection.close()
        raise DatabaseAway(N_("Cơ sở dữ liệu đang khởi động lại. Hãy thử lại sau ít phút.")) from error
