"""More than one neighbour: each has its own agreement and line; and one node follows another."""

from __future__ import annotations

import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from tests.exchange.houses import ActFailed, House, meet_and_agree, some_houses, talk

pytestmark = [pytest.mark.django_db, pytest.mark.timeout(400), pytest.mark.slow]
Three = tuple[House, House, House]


@pytest.fixture(scope="module")
def three(django_db_setup: None, django_db_blocker: Any, tmp_path_factory: Any) -> Iterator[Three]:
    """Bắc Giang between Lạng Sơn (floods, notes, series) and Bắc Ninh (floods only)."""
    names = ("lang-son", "bac-giang", "bac-ninh")
    with django_db_blocker.unblock(), some_houses(tmp_path_factory.mktemp("three"), "three", names) as found:
        north, middle, south = found
        meet_and_agree(north, middle)
        meet_and_agree(south, middle, ["flood"])
        yield north, middle, south


def test_each_neighbour_gets_what_was_agreed_with_it(three: Three) -> None:
    north, middle, south = three
    written = middle.do("change", kind="flood", record_id="giang-lu", name="Lũ")
    assert len([event for event in written if "-" in event and len(event) == 36]) == 2
    middle.do("change", kind="note", record_id="giang1", name="Của Bắc Giang")
    north.do("change", kind="note", record_id="son1", name="Của Lạng Sơn")
    north.do("change", kind="flood", record_id="son-lu", name="Lũ trên")
    for one in (north, south):
        talk(one, middle)
        talk(middle, one)
    for one in (north, south):
        assert one.do("record", peer=middle.node, subject="flood:giang-lu")["data"] == {"name": "Lũ"}
    assert north.do("record", peer=middle.node, subject="note:giang1") is not None
    assert south.do("record", peer=middle.node, subject="note:giang1") is None
    assert middle.do("record", peer=north.node, subject="flood:son-lu") is not None
    talk(south, middle)
    assert south.do("record", peer=middle.node, subject="flood:son-lu") is None  # nobody passes on what is another's


def test_a_neighbour_that_is_down_keeps_nobody_waiting(three: Three) -> None:
    north, middle, south = three
    south.unplug()
    north.do("change", kind="flood", record_id="khi-mat", name="Lũ")
    middle.do("change", kind="flood", record_id="giang-mat", name="Lũ")
    assert middle.do("round_until_quiet") == 2
    assert middle.do("record", peer=north.node, subject="flood:khi-mat") is not None
    assert middle.do("line", peer=south.node)["failures"] == 1
    assert middle.do("line", peer=north.node)["failures"] == 0
    south.serve()


def test_a_province_that_is_merged_leaves_its_clauses_records_and_history(three: Three, tmp_path: Path) -> None:
    north, middle, south = three
    once = middle.do("succession_draft", card=south.do("my_card"), since="2025-07-01", why="Sáp nhập tỉnh")
    with pytest.raises(ActFailed, match="BadInheritance"):
        north.do("succession_accept", text=once)
    text = south.do("succession_accept", text=once)
    file = middle.do("succession_tell", text=text)
    assert middle.do("change", kind="note", record_id="late", name="muộn") == ["no-clause", "succeeded"]
    for one in (north, south):
        talk(one, middle)
        assert one.do("peers")[middle.node] == ["succeeded", south.node]
    assert north.do("record", peer=south.node, subject="note:giang1")["owner"] == south.node
    assert north.do("record", peer=south.node, subject="note:son1")["owner"] == north.node
    touched = tmp_path / "touched.zip"
    touched.write_bytes(Path(file).read_bytes()[:-200])
    with pytest.raises(ActFailed, match="BadInheritance"):
        south.do("inherit", path=str(touched))
    with pytest.raises(ActFailed, match="BadInheritance"):
        north.do("inherit", path=file)
    assert south.do("inherit", path=file) == [north.node]
    # the successor goes on with the records, under the same clauses; the neighbour sends it what it sent the old node
    (north_card,) = [json.loads(north.do("my_card"))]
    assert north_card["node"] in south.do("peers")
    north.do("reach", peer=south.node, address=south.address)
    written = south.do("change", kind="note", record_id="giang1", name="Nay của Bắc Ninh")
    assert [event.count("-") for event in written].count(4) == 1, written
    north.do("change", kind="note", record_id="son1", name="Gửi đơn vị mới")
    talk(north, south)
    talk(south, north)
    assert north.do("record", peer=south.node, subject="note:giang1")["data"] == {"name": "Nay của Bắc Ninh"}
    assert south.do("record", peer=north.node, subject="note:son1")["data"] == {"name": "Gửi đơn vị mới"}
    history = south.folder / "exchange" / "archive" / "inherited-bac-giang"
    assert (history / "bac-giang.lang-son.record.frames").stat().st_size > 1000
    for one in three:
        assert one.do("verify") == []


def test_every_night_both_ledgers_are_copied_off_and_checked(three: Three) -> None:
    north, _, south = three
    kept = north.do("keep")
    assert kept["archived"] > 10
    assert kept["found"] == 0
    assert north.do("keep")["archived"] == 0
    north.do("change", kind="flood", record_id="dem", name="Lũ đêm")
    assert north.do("keep")["archived"] >= 1
    files = sorted(path.name for path in (north.folder / "exchange" / "archive").glob("*.frames"))
    assert any(name.startswith("lang-son.bac-giang.record-") for name in files)
    assert north.do("flip_a_bit", stream="lang-son.bac-giang.record") == 1
    assert north.do("keep")["found"] >= 1
    talk(south, north)  # the rest goes on
    assert south.do("record", peer=north.node, subject="flood:dem") is not None
