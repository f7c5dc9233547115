"""Accounts of stations at the file door: one account, one password, one folder each. Guessing is slow and soon shut."""

from __future__ import annotations

import secrets
import time
from collections import deque
from dataclasses import dataclass, field
from datetime import datetime

from django.contrib.auth.hashers import check_password, make_password
from django.db import IntegrityError, transaction

from giapranh.kernel.errors import N_, BadInput, Conflict
from giapranh.people.audit import audit
from giapranh.people.models import Officer
from giapranh.water.models import Station
from giapranh.water.permissions import check_can_edit_station
from giapranh.water.rules.folders import path_for

WINDOW_S = 900
MOST_FOR_ONE = 5  # wrong passwords of one account from one address within the window
MOST_FROM_ONE = 20  # of any accounts from one address
MOST_ADDRESSES = 10_000  # remembered; beyond it the oldest are forgotten


class BadAccount(BadInput):
    code = "bad_door_account"


class AccountTaken(Conflict):
    code = "door_account_taken"


def open_account(*, station_id: int, account: str, by: Officer | None, at: datetime) -> str:
    """Give a station its account; returns the new password, which is shown once and kept only as a hash."""
    station = Station.objects.get(pk=station_id)
    if by is not None:
        check_can_edit_station(by, station)
    account = account.strip()
    try:
        path_for("flat", account, at.date())
    except BadInput:
        raise BadAccount(
            N_("Tên tài khoản “%(account)s” chỉ được có chữ không dấu, số, “_” và “-”."), account=account[:60]
        ) from None
    password = secrets.token_urlsafe(18)
    try:
        with transaction.atomic():
            if Station.objects.filter(door_account__iexact=account).exclude(pk=station.pk).exists():
                raise IntegrityError
            station.door_account, station.door_password = account, make_password(password)
            station.save(update_fields=["door_account", "door_password"])
            audit("station.door_opened", "station", station.pk, by, at, account=account)
    except IntegrityError:
        raise AccountTaken(N_("Tài khoản “%(account)s” đã thuộc trạm khác."), account=account) from None
    return password


@transaction.atomic
def close_account(*, station_id: int, by: Officer | None, at: datetime) -> None:
    station = Station.objects.get(pk=station_id)
    if by is not None:
        check_can_edit_station(by, station)
    account, station.door_account, station.door_password = station.door_account, "", ""
    station.save(update_fields=["door_account", "door_password"])
    audit("station.door_closed", "station", station.pk, by, at, account=account)


@dataclass(slots=True)
class Guesses:
    """Wrong passwords of the last quarter of an hour, by address and by account from an address."""

    failures: dict[tuple[str, str], deque[float]] = field(default_factory=dict)

    def shut(self, account: str, address: str, now: float | None = None) -> bool:
        now = time.monotonic() if now is None else now
        return (
            self._recent((account.casefold(), address), now) >= MOST_FOR_ONE
            or self._recent(("", address), now) >= MOST_FROM_ONE
        )

    def wrong(self, account: str, address: str, now: float | None = None) -> None:
        now = time.monotonic() if now is None else now
        for key in ((account.casefold(), address), ("", address)):
            self.failures.setdefault(key, deque(maxlen=MOST_FROM_ONE)).append(now)
        while len(self.failures) > MOST_ADDRESSES:
            self.failures.pop(next(iter(self.failures)))

    def right(self, account: str, address: str) -> None:
        self.failures.pop((account.casefold(), address), None)

    def _recent(self, key: tuple[str, str], now: float) -> int:
        times = self.failures.get(key)
        if times is None:
            return 0
        while times and times[0] < now - WINDOW_S:
            times.popleft()
        if not times:
            del self.failures[key]
            return 0
        return len(times)


_NOBODY = make_password(secrets.token_urlsafe(18))


def holder(account: str, password: str) -> Station | None:
    """The station whose account and password these are. A name nobody has takes as long as a wrong password."""
    station = Station.objects.filter(door_account__iexact=account, node="").first() if account else None
    known = station.door_password if station is not None and station.door_password else _NOBODY
    return station if check_password(password, known) and station is not None else None


def still_holds(account: str, station_id: int, password_hash: str) -> bool:
    """Whether the account a session came in with is still open, with the same password."""
    return bool(password_hash) and Station.objects.filter(
        pk=station_id, door_account__iexact=account, door_password=password_hash, node=""
    ).exists()  # fmt: skip
