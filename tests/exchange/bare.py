"""The engine's store over a bare connection, so that one process may drive several databases with real commits."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager

import psycopg
from django.db import connection

from giapranh.exchange.ledger.store import LedgerTx
from giapranh.exchange.postgres_store import closing_tx


class BareStore:
    """A database of its own, through a bare connection, with real commits."""

    def __init__(self, name: str) -> None:
        address = connection.settings_dict
        self.connection = psycopg.connect(
            host=address["HOST"], port=address["PORT"], user=address["USER"], password=address["PASSWORD"], dbname=name
        )

    @contextmanager
    def transaction(self) -> Iterator[LedgerTx]:
        with self.connection.transaction(), closing_tx(self.connection) as tx:
            yield tx
