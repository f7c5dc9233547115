"""The line at the foot of every page: “Bắc Ninh: nghe 2 phút trước · chờ gửi 0 · cách ly 0”.

Every page asks, so the ledgers are asked once in a while: one statement, kept for some seconds.
"""

from __future__ import annotations

from dataclasses import dataclass

from django.core.cache import cache
from django.db import connection

from giapranh.exchange import words
from giapranh.kernel import clock

KEEP_SECONDS = 20
KEY = "exchange-status-line"
LATE_AFTER_MINUTES = 24 * 60
MOST = 1_000  # beyond this the line says “1.000+”: counting on would cost more than it tells

# What waits comes after the last number that carries the peer's signature: receipts come in the order of the numbers.
_SQL = """
select p.node, p.name,
  greatest(
    (select coalesce(max(h.at), 0) from exchange_head h where h.peer = p.node and h.direction = 'in' and h.seq > 0),
    (select coalesce(max(a.last_at), 0) from exchange_alarm a where a.peer = p.node and a.kind = 'last-statement')
  ),
  (select coalesce(sum(waiting), 0) from exchange_head h, lateral (
     select count(*) as waiting from (
       select 1 from exchange_place w where w.stream = h.stream and w.kind <> 'receipt' and w.seq > coalesce((
         select s.seq from exchange_place s where s.stream = h.stream and s.kind <> 'receipt'
           and exists (select 1 from exchange_receipt r where r.stream = s.stream and r.hash = s.hash)
         order by s.seq desc limit 1), 0)
       limit %(most)s) few) n
   where h.peer = p.node and h.direction = 'out'),
  (select count(*) from exchange_place q join exchange_head h on h.stream = q.stream
   where h.peer = p.node and h.direction = 'in' and q.state = 'quarantined')
from exchange_peer p
where p.state = 'active' and exists (select 1 from exchange_head h where h.peer = p.node)
order by p.name
"""


@dataclass(frozen=True, slots=True)
class LineWord:
    """One neighbour in one line; the figures are as of some seconds ago, the age is of now."""

    peer: str
    name: str
    heard: int  # milliseconds; 0: never
    waiting: int
    quarantined: int

    @property
    def heard_words(self) -> str:
        return words.ago(words.moment(self.heard))

    @property
    def tone(self) -> str:
        """good, soon or bad; the word beside it says why."""
        if self.quarantined:
            return "bad"
        at = words.moment(self.heard)
        late = at is None or (clock.now() - at).total_seconds() > LATE_AFTER_MINUTES * 60
        return "soon" if late or self.waiting else "good"


def status_line() -> list[LineWord]:
    kept: list[LineWord] | None = cache.get(KEY)
    if kept is None:
        with connection.cursor() as cursor:
            cursor.execute(_SQL, {"most": MOST})
            kept = [LineWord(*row) for row in cursor.fetchall()]
        cache.set(KEY, kept, KEEP_SECONDS)
    return kept


def forget() -> None:
    """After a deed the line must say what was done."""
    cache.delete(KEY)
