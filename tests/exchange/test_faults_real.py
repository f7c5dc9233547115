"""What machines do: power cuts, full disks, wrong clocks, weeks without a line. Real processes, databases and lines.

The same faults are tried at every write boundary of the engine in ``ledger/``; here it is the whole node that dies.
"""

from __future__ import annotations

import os
import secrets
import shutil
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import psycopg
import pytest
from psycopg import sql
from tests.exchange.houses import ActFailed, House, _postgres, talk

pytestmark = [pytest.mark.django_db, pytest.mark.timeout(300), pytest.mark.slow]
Pair = tuple[House, House]
STREAM = "lang-son.bac-ninh"


def settle(one: House, two: House) -> None:
    for _ in range(3):
        talk(two, one)
        talk(one, two)


def sound(one: House, two: House) -> None:
    """Both chains verify, and both say the same of the records."""
    assert one.do("verify") == [] == two.do("verify")
    assert set(one.do("state", peer=two.node)) ^ set(two.do("state", peer=one.node)) == set()


def one_number(house: House, stream: str) -> int:
    """No half entry: head, places, entries and effects agree."""
    found = house.do("counts", stream=stream)
    assert found["head"] == found["places"] == found["entries"], found
    return int(found["head"])


def test_kill_9_of_the_reader_in_the_middle_of_a_batch(houses: Pair) -> None:
    one, two = houses
    one.do("many", kind="note", number=150)
    heads = []
    for pause in (0.05, 0.2, 0.5):
        two.ask("pull", peer=one.node)
        time.sleep(pause)
        two.kill()
        two.start()
        heads.append(one_number(two, f"{STREAM}.record"))
    assert heads == sorted(heads)
    settle(one, two)
    assert two.do("counts", stream=f"{STREAM}.record")["head"] == one.do("entries", stream=f"{STREAM}.record")
    found = two.do("counts", stream=f"{STREAM}.record")
    assert found["effects"] == found["applied"]
    sound(one, two)


def test_kill_9_of_the_writer_in_the_middle_of_its_work(houses: Pair) -> None:
    one, two = houses
    before = one_number(one, f"{STREAM}.bulk")
    for pause in (0.2, 0.5):
        one.ask("many", kind="series", number=500)
        time.sleep(pause)
        one.kill()
        one.start()
        one_number(one, f"{STREAM}.bulk")
    assert one_number(one, f"{STREAM}.bulk") > before
    settle(one, two)
    sound(one, two)


def test_kill_9_of_the_web_server_while_it_serves(houses: Pair) -> None:
    one, two = houses
    one.do("many", kind="flood", number=60)
    two.ask("pull", peer=one.node)
    time.sleep(0.2)
    one.unplug()
    two.answer()  # whatever it says
    one.serve()
    settle(one, two)
    assert two.do("record", peer=one.node, subject="flood:m59")["data"] == {"name": "Trạm 59", "level": "59"}
    sound(one, two)


def test_kill_9_while_a_file_crosses_goes_on_from_what_is_there(houses: Pair) -> None:
    one, two = houses
    size = 48 * 1024 * 1024
    sha256 = two.do("keep_original", size=size)
    two.do("change", kind="note", record_id="big", name="Bản đồ", file=sha256)
    part = one.folder / "exchange" / "blobs" / sha256[:2] / f"{sha256}.part"
    one.ask("pull", peer=two.node)
    end = time.monotonic() + 60
    while not (part.exists() and part.stat().st_size > 1024 * 1024) and time.monotonic() < end:
        time.sleep(0.01)
    one.kill()
    one.start()
    done = part.stat().st_size
    assert 0 < done < size
    assert one.do("record", peer=two.node, subject="note:big") is None or one.do("blob_here", sha256=sha256) != size
    assert one.do("pull_until_quiet", peer=two.node)["blobs"] == 1
    assert one.do("blob_here", sha256=sha256) == size
    assert one.do("record", peer=two.node, subject="note:big")["data"]["file"] == sha256


def test_clock_a_day_ahead_a_day_behind_and_in_1970_only_warns(houses: Pair) -> None:
    """The clock of one whole node is wrong, of its web server and its worker; a minute is tried in ``ledger/``."""
    one, two = houses
    for name, seconds in (("ahead", 86_400.0), ("behind", -86_400.0), ("1970", 3600 - time.time())):
        two.set_clock(seconds)
        one.do("change", kind="note", record_id=f"to-{name}", name="đi")
        two.do("change", kind="note", record_id=f"from-{name}", name="về")
        settle(one, two)
        assert two.do("record", peer=one.node, subject=f"note:to-{name}")["data"] == {"name": "đi"}
        assert one.do("record", peer=two.node, subject=f"note:from-{name}")["data"] == {"name": "về"}
    assert one.do("alarms").get("clock")
    assert two.do("alarms").get("clock")
    two.set_clock(0)
    sound(one, two)


def test_thirty_days_without_a_line_are_drained_in_the_order_of_the_lanes(
    houses: Pair, record_property: Any, capsys: pytest.CaptureFixture[str]
) -> None:
    one, two = houses
    settle(one, two)
    one.unplug()
    assert two.do("pull", peer=one.node)["error"]
    written = sum(
        one.do("backlog", kind=kind, days=30, a_day=number)
        for kind, number in (("series", 7), ("note", 2), ("flood", 1))
    )
    one.serve()
    begin = time.monotonic()
    done = two.do("pull_until_quiet", peer=one.node)
    took = time.monotonic() - begin
    assert done["outcomes"]["applied"] >= written == 300
    (_, flood), (note, note_end), (series, _) = two.do("order", peer_stream=STREAM)
    assert flood <= note_end
    assert note <= series
    settle(one, two)
    sound(one, two)
    record_property("drain", f"{written} entries of 30 days in {took:.1f} s")
    with capsys.disabled():
        print(f"\n30 days, {written} entries, drained in {took:.1f} s ({written / took:.0f}/s)")  # noqa: T201


def test_files_on_a_stick_overlap_with_the_line(houses: Pair) -> None:
    one, two = houses
    settle(one, two)
    for n in range(40):
        one.do("change", kind="note", record_id=f"usb{n}", name=str(n))
    early = one.do("bundle", peer=two.node, name="early")
    sha256 = one.do("keep_original", size=300 * 1024)
    one.do("change", kind="note", record_id="usbfile", name="F", file=sha256)
    late = one.do("bundle", peer=two.node, name="late")
    worker = two.twin()
    try:
        worker.ask("pull", peer=one.node)
        assert two.do("apply", path=late)["peer"] == one.node
        assert not worker.answer()["error"]
    finally:
        worker.kill()
    for path in (early, late, early, late):
        assert set(two.do("apply", path=path)["states"]) <= {"applied", "duplicate"}
    assert set(two.do("apply", path=late)["states"]) == {"duplicate"}
    assert two.do("record", peer=one.node, subject="note:usbfile")["data"]["file"] == sha256
    assert two.do("blob_here", sha256=sha256) == 300 * 1024
    back = two.do("bundle", peer=one.node, name="back")  # receipts travel by stick, too
    one.do("apply", path=back)
    assert one.do("receipts", subject="note:usb39") == ["applied"]
    settle(one, two)
    sound(one, two)


def test_a_stick_for_another_node_cut_off_or_touched_is_refused(houses: Pair) -> None:
    one, two = houses
    one.do("change", kind="note", record_id="stick", name="1")
    path = Path(one.do("bundle", peer=two.node, name="bad"))
    data = path.read_bytes()
    for number, bad in enumerate((data[:-20], data[:60], b"", b"PK" + data, data[:200] + b"x" + data[201:])):
        other = path.with_name(f"bad{number}")
        other.write_bytes(bad)
        with pytest.raises(ActFailed, match="BadBundle"):
            two.do("apply", path=str(other))
    with pytest.raises(ActFailed, match="BadBundle"):
        one.do("apply", path=str(path))
    assert two.do("apply", path=str(path))["states"]["applied"] >= 1


# --- a full disk -----------------------------------------------------------------------------------------------------


@contextmanager
def small_disk(folder: Path, megabytes: int) -> Iterator[Path]:
    if sys.platform != "linux" or os.geteuid() != 0 or shutil.which("mount") is None:
        pytest.skip("a small disk needs root on Linux")
    folder.mkdir(parents=True, exist_ok=True)
    options = f"size={megabytes}m,mode=777"
    if subprocess.run(["mount", "-t", "tmpfs", "-o", options, "tmpfs", str(folder)]).returncode:
        pytest.skip("a small disk cannot be mounted here")
    try:
        yield folder
    finally:
        subprocess.run(["umount", "-l", str(folder)], check=True)


def grow(folder: Path, megabytes: int) -> None:
    subprocess.run(["mount", "-o", f"remount,size={megabytes}m", str(folder)], check=True)


def test_a_full_disk_of_the_database_takes_nothing_half_and_all_comes_when_there_is_room(
    houses: Pair,
) -> None:
    one, two = houses
    settle(one, two)
    disk = Path(f"/var/tmp/giapranh-disk-{os.getpid()}")  # the server's own user must reach it
    with _postgres() as server:
        size = server.execute("SELECT pg_database_size(%s)", (two.database,)).fetchone()[0] // 2**20
    with small_disk(disk, size + 12) as disk, _postgres() as server:
        space = f"small_{os.getpid()}"
        owner = Path(server.execute("SHOW data_directory").fetchone()[0]).stat()
        os.chown(disk, owner.st_uid, owner.st_gid)
        try:
            server.execute(sql.SQL("CREATE TABLESPACE {} LOCATION {}").format(sql.Identifier(space), str(disk)))
        except psycopg.Error as error:
            pytest.skip(f"no table space on a small disk here: {error}")
        try:
            _move(server, two, space)
            one.do("many", kind="series", number=50)
            done: dict[str, Any] = {"error": ""}
            for _ in range(12):
                done = two.do("pull", peer=one.node)
                if done["error"]:
                    break
                one.do("change", kind="series", record_id="big", text=secrets.token_hex(400_000), name=str(_))
                one.do("many", kind="series", number=10)
            assert "không ghi được" in done["error"], done
            grow(disk, 300)
            one_number(two, f"{STREAM}.bulk")
            settle(one, two)
            assert one_number(two, f"{STREAM}.bulk") == one.do("entries", stream=f"{STREAM}.bulk")
            sound(one, two)
        finally:
            _move(server, two, "pg_default")
            server.execute(sql.SQL("DROP TABLESPACE {}").format(sql.Identifier(space)))


def _move(server: Any, house: House, space: str) -> None:
    house.close()
    server.execute("SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE datname = %s", (house.database,))
    server.execute(
        sql.SQL("ALTER DATABASE {} SET TABLESPACE {}").format(sql.Identifier(house.database), sql.Identifier(space))
    )
    house.start()
    house.serve()


def test_a_full_disk_of_the_node_leaves_the_file_waiting(houses: Pair) -> None:
    one, two = houses
    settle(one, two)
    with small_disk(two.folder / "exchange" / "blobs", 40) as disk:
        sha256 = one.do("keep_original", size=1024 * 1024)
        one.do("change", kind="note", record_id="scan", name="F", file=sha256)
        one.do("change", kind="flood", record_id="lu", name="Lũ")
        done = two.do("pull", peer=one.node)
        assert "sắp đầy" in done["error"]
        assert two.do("record", peer=one.node, subject="flood:lu")["data"] == {"name": "Lũ"}
        assert two.do("record", peer=one.node, subject="note:scan")["data"] is None
        grow(disk, 400)
        assert talk(two, one)["blobs"] == 1
        assert two.do("record", peer=one.node, subject="note:scan")["data"]["file"] == sha256
