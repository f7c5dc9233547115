"""The file door against Python's own FTP client: accounts, folders, whole files, TLS, guesses, names that lead out."""

from __future__ import annotations

import contextlib
import ftplib
import os
import shutil
import socket
import threading
import time
from collections.abc import Callable, Iterator
from datetime import UTC, datetime
from io import BytesIO
from pathlib import Path

import pytest
from tests.factories.water import series as make_series
from tests.factories.water import station as make_station

from giapranh.node import home
from giapranh.water.intake import door as doors
from giapranh.water.intake import folder
from giapranh.water.intake.door import Door
from giapranh.water.intake.door_accounts import Guesses, close_account, holder, open_account
from giapranh.water.models import Observation, Station

pytestmark = pytest.mark.django_db(transaction=True)

AT = datetime(2026, 1, 2, tzinfo=UTC)
NAME = "LS_QT01_NUO001_20260101070000.txt"
GOOD = b"pH\t7.31\t-\t20260101070000\t00\n"


@pytest.fixture
def at_river(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Station:
    monkeypatch.setenv("GIAPRANH_STATIONS_FOLDER", str(tmp_path / "stations"))
    station = make_station(code="LS_QT01_NUO001", name="Hữu Lũng")
    make_series(station, "ph", unit="")
    return station


@pytest.fixture
def password(at_river: Station) -> str:
    return open_account(station_id=at_river.pk, account="huulung", by=None, at=AT)


@pytest.fixture
def running(monkeypatch: pytest.MonkeyPatch) -> Iterator[Callable[..., Door]]:
    """``running(tls=…)``: a door that is open until the test ends."""
    open_doors: list[tuple[Door, threading.Thread]] = []

    def start(tls: str = "off") -> Door:
        monkeypatch.setenv("GIAPRANH_DOOR_TLS", tls)
        door = Door(host="127.0.0.1", port=0, gather_s=0.05)
        door._server.handler.auth_failed_timeout = 0.01
        thread = threading.Thread(target=door.serve, daemon=True)
        thread.start()
        open_doors.append((door, thread))
        return door

    yield start
    while _clients:
        _clients.pop().close()
    for door, thread in open_doors:
        door.close()
        thread.join(timeout=20)
        assert not thread.is_alive()


_clients: list[ftplib.FTP] = []


def client(door: Door, password: str, account: str = "huulung") -> ftplib.FTP:
    ftp = ftplib.FTP(timeout=40)
    _clients.append(ftp)
    ftp.connect(*door.address)
    ftp.login(account, password)
    return ftp


def until(done: Callable[[], bool]) -> None:
    end = time.monotonic() + 120  # a busy machine
    while not done():
        assert time.monotonic() < end, "it did not happen in time"
        time.sleep(0.05)


def test_a_file_that_was_sent_is_stored_and_moved_on(
    running: Callable[..., Door], at_river: Station, password: str
) -> None:
    with client(running(), password) as ftp:
        ftp.mkd("2026")
        ftp.cwd("2026")
        ftp.storbinary(f"STOR {NAME}", BytesIO(GOOD))

    until(lambda: Observation.objects.count() == 1)
    until((folder.root() / "done" / "huulung" / "2026" / NAME).exists)
    assert not (folder.inbox() / "huulung" / "2026" / NAME).exists()


def test_an_account_called_like_the_code_of_another_station_sends_for_its_own(at_river: Station, password: str) -> None:
    other = make_station(code="HUULUNG", name="Trạm khác")
    make_series(other, "ph", unit="")
    (folder.inbox() / "huulung").mkdir()
    (folder.inbox() / "huulung" / "today.txt").write_bytes(GOOD)
    folder.round_now(at=AT, watch=_of_whole("huulung/today.txt"))

    assert Observation.objects.get().series.station == at_river


def _of_whole(name: str) -> folder.Watch:
    watch = folder.Watch()
    watch.whole.add(str(folder.inbox() / name))
    return watch


def test_what_the_door_says_is_whole_waits_for_no_last_line(at_river: Station) -> None:
    path = folder.inbox() / NAME
    path.write_bytes(GOOD + b"pH\t7.")
    watch = folder.Watch()
    watch.whole.add(str(path))

    assert [given.finish for given in folder.complete_files(watch)] == [True]


def test_a_transfer_over_tls_is_taken(running: Callable[..., Door], password: str) -> None:
    ftp = ftplib.FTP_TLS(timeout=40)
    _clients.append(ftp)
    ftp.connect(*running("require").address)
    ftp.login("huulung", password)
    ftp.prot_p()
    ftp.storbinary(f"STOR {NAME}", BytesIO(GOOD))
    ftp.close()

    until(lambda: Observation.objects.count() == 1)
    assert (home.home() / "secrets" / "door.crt").exists()


def test_where_tls_is_required_a_plain_sign_in_is_refused(running: Callable[..., Door], password: str) -> None:
    with pytest.raises(ftplib.error_perm, match="550"):
        client(running("require"), password)


def test_what_is_still_being_sent_waits_and_can_be_gone_on_with(
    running: Callable[..., Door], at_river: Station, password: str
) -> None:
    ftp = client(running(), password)
    sock = ftp.transfercmd(f"STOR {NAME}")
    sock.sendall(GOOD[:10])
    until(lambda: any((folder.inbox() / "huulung").iterdir()))
    time.sleep(0.3)
    assert folder.round_now(at=AT, watch=folder.Watch()) is not None
    assert Observation.objects.count() == 0
    other = client(running(), password)
    assert other.nlst() == []  # the hidden part is not shown
    sock.sendall(GOOD[10:])
    sock.close()
    ftp.voidresp()

    until(lambda: Observation.objects.count() == 1)


def test_a_broken_transfer_goes_on_where_it_stopped(
    running: Callable[..., Door], at_river: Station, password: str
) -> None:
    ftp = client(running(), password)
    part = folder.inbox() / "huulung" / f".{NAME}{doors.PART}"
    until(part.parent.exists)
    part.write_bytes(GOOD[:10])
    ftp.voidcmd("TYPE I")
    assert ftp.size(NAME) == 10
    ftp.storbinary(f"STOR {NAME}", BytesIO(GOOD[10:]), rest=10)

    until(lambda: Observation.objects.count() == 1)


def test_what_broke_off_a_day_ago_is_taken_in_as_far_as_it_came(at_river: Station) -> None:
    part = folder.inbox() / "LS_QT01_NUO001" / f".{NAME}{doors.PART}"
    part.parent.mkdir()
    part.write_bytes(GOOD + b"pH\t7.3")
    assert doors.take_up_broken(part.stat().st_mtime + 3600) == 0
    os.utime(part, (AT.timestamp(), AT.timestamp()))
    assert doors.take_up_broken(time.time()) == 1
    report = folder.round_now(at=AT, watch=folder.Watch())

    assert report is not None
    assert (report.total("stored"), report.total("refused")) == (1, 1)
    assert (folder.root() / "refused" / "LS_QT01_NUO001" / NAME).is_file()


def test_a_file_called_like_a_folder_stops_nothing(at_river: Station) -> None:
    own = folder.inbox() / "LS_QT01_NUO001"
    own.mkdir()
    (own / "2026").write_bytes(GOOD)
    folder.round_now(at=AT, watch=_of_whole("LS_QT01_NUO001/2026"))
    (own / "2026").mkdir()
    (own / "2026" / "later.txt").write_bytes(GOOD.replace(b"0700", b"0800"))
    folder.round_now(at=AT, watch=_of_whole("LS_QT01_NUO001/2026/later.txt"))

    assert Observation.objects.count() == 2
    assert (folder.root() / "done" / "LS_QT01_NUO001" / "2026.2" / "later.txt").is_file()


def test_a_file_that_is_gone_meanwhile_stops_nothing(at_river: Station) -> None:
    there = folder.root() / "done" / NAME
    there.parent.mkdir(parents=True)
    there.write_bytes(b"another")

    assert folder.move(folder.inbox() / NAME, there) is None
    assert there.read_bytes() == b"another"


def test_a_logger_may_send_under_another_name_and_rename(
    running: Callable[..., Door], at_river: Station, password: str
) -> None:
    with client(running(), password) as ftp:
        ftp.storbinary(f"STOR {NAME}.tmp", BytesIO(GOOD))
        time.sleep(0.3)
        assert Observation.objects.count() == 0
        ftp.rename(f"{NAME}.tmp", NAME)

    monkey = folder.Watch()
    until(lambda: _taken(monkey))


def _taken(watch: folder.Watch) -> bool:
    watch.whole.update(str(path) for path in folder.inbox().rglob("*.txt"))
    folder.round_now(at=AT, watch=watch)
    return Observation.objects.count() == 1


def test_the_same_name_with_other_bytes_never_writes_over(
    running: Callable[..., Door], at_river: Station, password: str
) -> None:
    with client(running(), password) as ftp:
        ftp.storbinary(f"STOR {NAME}", BytesIO(GOOD))
        until(lambda: Observation.objects.count() == 1)
        ftp.storbinary(f"STOR {NAME}", BytesIO(GOOD.replace(b"7.31", b"7.99")))

    until(lambda: len(list((folder.root() / "refused").rglob("*.txt"))) == 1)
    assert [row.value for row in Observation.objects.all()] == [7.31]
    assert (folder.root() / "done" / "huulung" / NAME).read_bytes() == GOOD


@pytest.mark.parametrize(
    "path",
    ["../../secrets.txt", "/../x.txt", "..\\..\\x.txt", "a/../../../x.txt", ".hidden", "con.txt", "a:b.txt", "x" * 200],
)
def test_no_name_leads_out_of_the_folder(
    running: Callable[..., Door], at_river: Station, password: str, tmp_path: Path, path: str
) -> None:
    before = {p for p in tmp_path.rglob("*") if "huulung" not in p.parts}
    with client(running(), password) as ftp:
        with contextlib.suppress(ftplib.error_perm, ftplib.error_reply):
            ftp.storbinary(f"STOR {path}", BytesIO(b"x"))
        assert ftp.pwd() == "/"
        ftp.cwd("../../..")
        assert ftp.pwd() == "/"
    time.sleep(0.3)
    outside = {p for p in tmp_path.rglob("*") if "huulung" not in p.parts and p.is_file()}
    assert outside <= before


def test_a_link_that_leads_out_is_not_followed(
    running: Callable[..., Door], at_river: Station, password: str, tmp_path: Path
) -> None:
    (tmp_path / "elsewhere").mkdir()
    (folder.inbox() / "huulung").mkdir()
    (folder.inbox() / "huulung" / "way").symlink_to(tmp_path / "elsewhere")
    with client(running(), password) as ftp, pytest.raises(ftplib.error_perm):
        ftp.storbinary("STOR way/x.txt", BytesIO(b"x"))
    assert list((tmp_path / "elsewhere").iterdir()) == []


def test_nothing_is_read_back_or_deleted(running: Callable[..., Door], at_river: Station, password: str) -> None:
    with client(running(), password) as ftp:
        ftp.storbinary("STOR keep.tmp", BytesIO(b"x"))
        for command in ("DELE keep.tmp", "RETR keep.tmp", "SITE CHMOD 777 keep.tmp", "MFMT 20200101000000 keep.tmp"):
            with pytest.raises(ftplib.error_perm):
                ftp.voidcmd(command)


def test_one_account_does_not_see_the_folder_of_another(
    running: Callable[..., Door], at_river: Station, password: str
) -> None:
    other = make_station(code="LS_QT01_NUO002", name="Khác")
    second = open_account(station_id=other.pk, account="khac", by=None, at=AT)
    door = running()
    with client(door, password) as ftp:
        ftp.storbinary("STOR mine.tmp", BytesIO(b"x"))
    with client(door, second, "khac") as ftp:
        assert ftp.nlst("/") == []
        with pytest.raises(ftplib.error_perm):
            ftp.cwd("/../huulung")


def test_guessed_passwords_are_shut_out_while_the_station_goes_on(
    running: Callable[..., Door], at_river: Station, password: str
) -> None:
    door = running()
    for n in range(5):
        with pytest.raises(ftplib.error_perm, match="530"):
            client(door, f"guess{n}")
    with pytest.raises(ftplib.error_perm, match="Too many"):
        client(door, password)  # even the right one, from this address
    assert not door._server.handler.authorizer.guesses.shut("huulung", "10.0.0.7")


def test_an_address_that_tries_many_accounts_is_shut_out() -> None:
    guesses = Guesses()
    for n in range(20):
        guesses.wrong(f"name{n}", "10.0.0.9", now=0)
    assert guesses.shut("another", "10.0.0.9", now=1)
    assert not guesses.shut("another", "10.0.0.9", now=1000)
    assert not guesses.shut("another", "10.0.0.8", now=1)


def test_passwords_are_kept_as_argon2_and_a_closed_account_is_closed(at_river: Station, password: str) -> None:
    at_river.refresh_from_db()
    assert at_river.door_password.startswith("argon2$argon2id$")
    assert password not in at_river.door_password
    assert holder("HuuLung", password) == at_river
    close_account(station_id=at_river.pk, by=None, at=AT)
    assert holder("huulung", password) is None
    assert holder("", "") is None


def test_a_closed_account_sends_nothing_more_in_a_session_that_is_open(
    running: Callable[..., Door], at_river: Station, password: str
) -> None:
    ftp = client(running(), password)
    ftp.storbinary("STOR before.tmp", BytesIO(GOOD))
    close_account(station_id=at_river.pk, by=None, at=AT)

    with pytest.raises(ftplib.error_temp, match="421"):
        ftp.storbinary(f"STOR {NAME}", BytesIO(GOOD))
    with pytest.raises((EOFError, OSError)):
        ftp.voidcmd("NOOP")
    assert [path.name for path in (folder.inbox() / "huulung").iterdir()] == ["before.tmp"]


def test_a_new_password_ends_the_sessions_of_the_old_one(
    running: Callable[..., Door], at_river: Station, password: str
) -> None:
    door = running()
    ftp = client(door, password)
    new = open_account(station_id=at_river.pk, account="huulung", by=None, at=AT)

    with pytest.raises(ftplib.error_temp, match="421"):
        ftp.mkd("2026")
    assert client(door, new).mkd("2026") == "/2026"


def test_a_transfer_stops_before_the_disk_is_full(
    running: Callable[..., Door], at_river: Station, password: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    ftp = client(running(), password)
    looks = iter([doors.KEEP_FREE * 2, doors.KEEP_FREE * 2])
    usage = shutil.disk_usage(folder.inbox())
    monkeypatch.setattr(doors, "LOOK_EVERY", 100_000)
    monkeypatch.setattr(doors.shutil, "disk_usage", lambda _path: usage._replace(free=next(looks, 0)))

    with pytest.raises((ftplib.Error, OSError)):
        ftp.storbinary(f"STOR {NAME}", BytesIO(b"x" * 20_000_000))
    [part] = (folder.inbox() / "huulung").iterdir()
    assert part.name.endswith(doors.PART)
    assert part.stat().st_size < 5_000_000


def test_a_file_begun_anew_is_not_mixed_with_the_line_that_broke(
    running: Callable[..., Door], at_river: Station, password: str
) -> None:
    """The logger lost its line in mid-file, the server has not noticed, and it sends the file again."""
    door = running()
    old = client(door, password).transfercmd(f"STOR {NAME}")
    old.sendall(b"pH\t9.99\t-\t2026")
    part = folder.inbox() / "huulung" / f".{NAME}{doors.PART}"
    until(lambda: part.exists() and part.stat().st_size > 0)
    client(door, password).storbinary(f"STOR {NAME}", BytesIO(GOOD))
    old.sendall(b"0101070000\t00\n")
    old.close()

    until(lambda: Observation.objects.count() == 1)
    until((folder.root() / "done" / "huulung" / NAME).exists)
    time.sleep(0.3)
    assert (folder.root() / "done" / "huulung" / NAME).read_bytes() == GOOD
    assert client(door, password).nlst() == []


@pytest.mark.parametrize("name", ["ệ" * 85 + ".txt", "ệ" * 170, "a\0b.txt", "a" * 255])
def test_odd_names_are_refused_and_the_line_stays(
    running: Callable[..., Door], at_river: Station, password: str, name: str
) -> None:
    ftp = client(running(), password)
    ftp.encoding = "utf-8"
    for command in ("SIZE", "MKD", "CWD", "MDTM", "RNFR", "STOR", "APPE"):
        assert ftp.sock is not None
        ftp.sock.sendall(f"{command} {name}\r\n".encode())
        assert ftp.getline()[:1] == "5", command
    assert ftp.pwd() == "/"


@pytest.mark.parametrize("ports", ["30099-30000", "0-10", "60000-70000", "x", "30000-"])
def test_passive_ports_that_are_none_are_refused(ports: str) -> None:
    if ports == "30000-":
        assert doors._ports(ports) == range(30000, 30001)
        return
    with pytest.raises(doors.BadDoor):
        doors._ports(ports)


def test_many_connections_at_once_are_served(running: Callable[..., Door], at_river: Station, password: str) -> None:
    door = running()

    def send(n: int) -> None:
        with client(door, password) as ftp:
            ftp.storbinary(
                f"STOR LS_QT01_NUO001_202601010{n // 60}{n % 60:02}00.txt",
                BytesIO(GOOD.replace(b"0700", f"0{n // 60}{n % 60:02}".encode())),
            )

    threads = [threading.Thread(target=send, args=(n,)) for n in range(8)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    until(lambda: Observation.objects.count() == 8)


def test_rubbish_on_the_line_harms_nobody(running: Callable[..., Door], at_river: Station, password: str) -> None:
    door = running()
    with socket.create_connection(door.address, timeout=5) as line:
        line.sendall(b"\xff\x00USER \xc3\x28\r\nPASS " + b"A" * 100_000 + b"\r\n\r\nSTOR ../x\r\n")
        line.recv(1000)
    with client(door, password) as ftp:
        assert ftp.pwd() == "/"
