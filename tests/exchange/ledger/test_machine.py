"""A short run of the machine on every test run; ``make soak`` is the long one."""

from __future__ import annotations

from tests.exchange.ledger.faulty import MemoryWorld
from tests.exchange.ledger.machine import exchange_machine, how_long

TestExchange = exchange_machine(MemoryWorld).TestCase
TestExchange.settings = how_long(25, 40)
