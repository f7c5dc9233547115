"""The pages of the neighbours: what each says, to whom, and what its buttons do."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from django.test import Client
from django.urls import reverse
from tests.factories import neighbour_house

from giapranh.exchange import seeds
from giapranh.people.models import Officer

pytestmark = pytest.mark.django_db
ClientOf = Callable[[Officer | None], Client]


@pytest.fixture(autouse=True)
def own_keys(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Each test has the folder of a fresh node."""
    monkeypatch.setattr(seeds, "_path", lambda: tmp_path / "secrets" / "exchange-keys.json")


@pytest.fixture
def values(node: Any, leader: Officer) -> dict[str, Any]:
    return neighbour_house.furnish(node, leader)


PAGES = {
    "neighbours": "Cách ly 1 mục", "neighbour": "Ba làn", "card": "mười hai từ", "meet": "Gặp ai?",
    "received": "Kiểm tra chung", "notices": "Sở tên mới", "quarantine": "Hồ sơ trái quy tắc", "bundles": "Lập gói",
    "checks": "Sổ còn nguyên vẹn", "line": "bac-ninh.example.vn", "heads": "bac-ninh.lang-son.record",
    "agreement": "chờ bên mình ký", "version": "Ai ký, lúc nào", "draft": "bản soạn", "new_clause": "Trường được chia sẻ",
    "clause": "Căn cứ pháp lý", "will_leave": "sẽ đi", "left": "Danh bạ cán bộ đầu mối", "ledger": "Sổ cái",
    "entry": "chữ ký đúng", "record": "Đề nghị sửa",
}  # fmt: skip


def address(name: str, values: dict[str, Any]) -> str:
    wanted = {"neighbour": ["peer"], "line": ["peer"], "heads": ["peer"], "agreement": ["peer"], "draft": ["peer"],
              "new_clause": ["peer"], "clause": ["peer", "clause_id"], "will_leave": ["peer"], "left": ["peer"],
              "ledger": ["peer"], "entry": ["peer", "stream", "seq"], "record": ["peer", "subject"],
              "version": ["peer", "number"]}.get(name, [])  # fmt: skip
    kwargs = {one: values.get(f"exchange:{name}.{one}", values.get(one)) for one in wanted}
    return reverse(f"exchange:{name}", kwargs=kwargs)


@pytest.mark.parametrize("name", PAGES)
def test_a_leader_sees_what_the_page_is_for(
    name: str, values: dict[str, Any], leader: Officer, client_of: ClientOf
) -> None:
    answer = client_of(leader).get(address(name, values))
    assert answer.status_code == 200
    assert PAGES[name] in answer.content.decode()
