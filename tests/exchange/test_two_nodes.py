"""Two real nodes on a real line: nobody in the middle, nothing twice, nothing lost."""

from __future__ import annotations

import pytest
from tests.exchange.houses import ActFailed, House, talk

pytestmark = [
    pytest.mark.django_db,
    pytest.mark.timeout(600),
]  # the databases of the nodes are copies of the one this asks for
Pair = tuple[House, House]


def test_wrong_words_do_not_connect(strangers: Pair) -> None:
    one, two = strangers
    with pytest.raises(ActFailed, match="Mười hai từ không khớp"):
        one.do("meet", address=two.address, words=" ".join(one.words))


def test_a_record_arrives_and_its_receipt_comes_back(houses: Pair) -> None:
    one, two = houses
    [event] = one.do("change", kind="note", record_id="r1", name="Hữu Lũng", level="12")
    assert "-" in event
    talk(two, one)
    assert two.do("record", peer=one.node, subject="note:r1")["data"] == {"name": "Hữu Lũng", "level": "12"}
    assert one.do("receipts", subject="note:r1") == []
    talk(one, two)
    assert one.do("receipts", subject="note:r1") == ["applied"]


def test_the_same_again_is_told_once(houses: Pair) -> None:
    one, two = houses
    one.do("change", kind="note", record_id="same", name="A")
    assert one.do("change", kind="note", record_id="same", name="A") == ["unchanged"]
    talk(two, one)
    assert talk(two, one)["outcomes"].get("applied", 0) == 0


def test_a_record_that_breaks_a_rule_is_quarantined_and_corrected(houses: Pair) -> None:
    one, two = houses
    one.do("change", kind="note", record_id="bad", name="A", level="poison")
    one.do("change", kind="note", record_id="good", name="B")
    assert talk(two, one)["outcomes"]["quarantined"] == 1
    assert two.do("record", peer=one.node, subject="note:good")["data"] == {"name": "B"}
    talk(one, two)
    assert one.do("receipts", subject="note:bad") == ["quarantined"]
    one.do("change", kind="note", record_id="bad", name="A", level="7")
    talk(two, one)
    assert two.do("record", peer=one.node, subject="note:bad")["data"]["level"] == "7"


def test_line_down_then_up(houses: Pair) -> None:
    one, two = houses
    one.unplug()
    one.do("change", kind="flood", record_id="night", name="Lũ")
    done = two.do("pull", peer=one.node)
    assert "Không liên lạc được" in done["error"]
    two.do("pull", peer=one.node)
    line = two.do("line", peer=one.node)
    assert line["failures"] == 2
    assert line["waits"] == 60
    one.serve()
    talk(two, one)
    assert two.do("line", peer=one.node)["failures"] == 0
    assert two.do("record", peer=one.node, subject="flood:night")["data"] == {"name": "Lũ"}


def test_a_hint_makes_the_next_round_now(houses: Pair) -> None:
    one, two = houses
    one.do("change", kind="flood", record_id="hint", name="Lũ")
    assert one.do("line", peer=two.node)["wants_hint"]
    talk(one, two)
    assert not one.do("line", peer=two.node)["wants_hint"]
    assert two.do("line", peer=one.node)["hinted"]
    assert two.do("round_due") == [one.node]
    assert two.do("record", peer=one.node, subject="flood:hint") is not None


def test_a_blob_that_broke_off_is_resumed(houses: Pair) -> None:
    one, two = houses
    size = 5 * 1024 * 1024
    sha256 = one.do("keep_original", size=size)
    one.do("change", kind="note", record_id="scan", name="Bản quét", file=sha256)
    two.do("part_of_blob", sha256=sha256, size=size)
    done = talk(two, one)
    assert done["blobs"] == 1
    assert two.do("blob_here", sha256=sha256) == size
    assert two.do("record", peer=one.node, subject="note:scan")["data"]["file"] == sha256


def test_an_owner_restored_from_an_old_backup_is_healed(houses: Pair) -> None:
    one, two = houses
    one.do("change", kind="note", record_id="before", name="1")
    talk(two, one)
    copy = one.back_up()
    one.do("change", kind="note", record_id="after", name="2")
    talk(two, one)
    one.restore(copy)
    assert one.do("record", peer=two.node, subject="note:after") is None
    one.do("change", kind="note", record_id="meanwhile", name="3")
    done = talk(two, one)
    assert done["given_back"] > 0
    assert one.do("record", peer=two.node, subject="note:after")["data"] == {"name": "2"}
    assert two.do("record", peer=one.node, subject="note:meanwhile")["data"] == {"name": "3"}
    assert one.do("alarms").get("rollback-healed")


def test_both_ledgers_verify_at_the_end(houses: Pair) -> None:
    one, two = houses
    for _ in range(2):
        talk(two, one)
        talk(one, two)
    assert one.do("verify") == [] == two.do("verify")
