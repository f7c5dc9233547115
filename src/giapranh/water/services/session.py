"""One session of this process for a statement that its threads send thousands of times, each outside a transaction.

With a session per thread the server would come cold to each of them, and psycopg's cursor costs more than the question:
here the text is prepared once and sent by libpq's own call.
"""

from __future__ import annotations

from threading import Lock
from typing import Any

from django.db import DEFAULT_DB_ALIAS, connections
from psycopg import errors, pq

_NAME = b"statement"


class Session:
    """``statement`` has the parameters $1, $2 … and answers with one row."""

    def __init__(self, statement: str) -> None:
        self._statement = statement.encode()
        self._turn = Lock()
        self._wrapper: Any = None

    def ask(self, values: list[str]) -> bytes | None:
        """The first column of the answer. ``psycopg.Error`` when it failed: nothing was done then."""
        with self._turn:
            link = self._connected()
            answer = link.exec_prepared(_NAME, [value.encode() for value in values])
            if answer.status != pq.ExecStatus.TUPLES_OK:
                if link.status != pq.ConnStatus.OK:
                    self._close()
                raise errors.error_from_result(answer)
            return answer.get_value(0, 0)

    def close(self) -> None:
        with self._turn:
            self._close()

    def _connected(self) -> pq.abc.PGconn:
        if self._wrapper is None:
            made = connections.create_connection(DEFAULT_DB_ALIAS)
            made.inc_thread_sharing()
            made.ensure_connection()
            prepared = made.connection.pgconn.prepare(_NAME, self._statement)
            if prepared.status != pq.ExecStatus.COMMAND_OK:
                made.close()
                raise errors.error_from_result(prepared)
            self._wrapper = made
        link: pq.abc.PGconn = self._wrapper.connection.pgconn
        return link

    def _close(self) -> None:
        if self._wrapper is not None:
            self._wrapper.close()
            self._wrapper = None
