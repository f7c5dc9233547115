"""Meeting a neighbour: keys of this node, the card it shows, and pinning the card of the other after twelve words."""

from __future__ import annotations

import hashlib
import os
import re
from dataclasses import dataclass
from datetime import datetime
from urllib.parse import urlsplit

from django.db import transaction

from giapranh.exchange import line, seeds
from giapranh.exchange.house import engine, now_ms, store
from giapranh.exchange.ledger import meeting as engine_meeting
from giapranh.exchange.ledger import rotation
from giapranh.exchange.ledger.engine import Engine
from giapranh.exchange.ledger.keys import KeyRing, new_seed, public_of
from giapranh.exchange.ledger.meeting import Card
from giapranh.exchange.ledger.reasons import Broken
from giapranh.exchange.ledger.rows import Peer
from giapranh.exchange.models import Line
from giapranh.exchange.permissions import check_can_exchange
from giapranh.exchange.services import lines
from giapranh.kernel.errors import N_, BadInput, Conflict, Unavailable
from giapranh.people import queries as people
from giapranh.people.audit import audit
from giapranh.people.models import Node, Officer


class KeysExist(Conflict):
    code = "keys_exist"


class KeysGone(Unavailable):
    code = "keys_gone"


class BadRecovery(BadInput):
    code = "bad_recovery"


class BadAddress(BadInput):
    code = "bad_address"


class BadCard(BadInput):
    code = "bad_card"


@dataclass(frozen=True, slots=True)
class Made:
    """Shown once: nobody can ask this node for its recovery key again."""

    words: list[str]
    recovery: str


def make_keys(*, by: Officer | None, at: datetime) -> Made:
    """The first key of this node, on its disk, and the recovery key, on paper only."""
    check_can_exchange(by)
    node = people.node()
    if node is None:
        raise Unavailable(N_("Nút này chưa có tên: hãy làm xong phần Bắt đầu."))
    with transaction.atomic():
        Node.objects.select_for_update().get(pk=node.pk)
        with store().transaction() as tx:
            if tx.get(Peer, node.node_id) is not None:
                _refuse_second_keys()
            if not seeds.exist():
                seeds.add(new_seed(os.urandom))
            recovery = new_seed(os.urandom)
            me = Engine(node.node_id, seeds.load())
            row = engine_meeting.begin(me, tx, public_of(recovery), node.name, now_ms())
        audit("exchange.keys_made", "exchange", node.node_id, by, at, root=row.root)
    return Made(engine_meeting.words(row.node, row.root, row.recovery), recovery_text(recovery))


def _refuse_second_keys() -> None:
    if seeds.exist():
        raise KeysExist(N_("Nút này đã có khóa trao đổi."))
    raise KeysGone(
        N_("Tệp khóa trao đổi đã mất: lấy lại từ bản sao lưu, hoặc dùng khóa khôi phục đã in để lập khóa mới.")
    )


def card() -> bytes | None:
    """What this node shows, or nothing before it has keys."""
    if not seeds.exist():
        return None
    with store().transaction() as tx:
        me = engine()
        return engine_meeting.card(me, tx) if tx.get(Peer, me.node) else None


def read_card(data: bytes) -> Card:
    try:
        return engine_meeting.read_card(data)
    except Broken:
        raise BadCard(N_("Đây không phải thẻ của một nút Giáp Ranh: nhận lại tệp thẻ từ bên kia.")) from None


def fetch_card(address: str, certificate: str = "", *, by: Officer | None) -> Card:
    """The card as the neighbour's node shows it; the words say whether it is the neighbour's."""
    check_can_exchange(by)
    return read_card(line.fetch_card(clean_address(address), certificate))


def meet(*, card: Card, typed: str, address: str = "", certificate: str = "", by: Officer | None, at: datetime) -> str:
    """Pin the keys of a neighbour; without an address it is reached by files only."""
    check_can_exchange(by)
    address, certificate = clean_address(address), clean_certificate(certificate)
    with store().transaction() as tx:
        peer = engine_meeting.meet(engine(), tx, card, typed, now_ms())
        Line.objects.update_or_create(peer=peer.node, defaults={"address": address, "certificate": certificate})
        audit("exchange.met", "neighbour", peer.node, by, at, name=peer.name, root=peer.root, address=address)
    return peer.node


def set_line(peer: str, *, address: str, certificate: str, enabled: bool, by: Officer | None, at: datetime) -> None:
    """How a neighbour is reached, changed by a person; the next round tries it at once."""
    check_can_exchange(by)
    with transaction.atomic():
        lines.change(peer, clean_address(address), clean_certificate(certificate), enabled)
        audit("exchange.line_changed", "neighbour", peer, by, at, address=address, enabled=enabled)


def clean_address(address: str) -> str:
    """``https://…``; plain http only on this machine or inside a private line that its people answer for."""
    address = address.strip().rstrip("/")
    if not address:
        return ""
    try:
        parts = urlsplit(address)
        good = parts.scheme in {"http", "https"} and bool(parts.hostname) and parts.port != 0
    except ValueError:
        good = False
    if not good or parts.query or parts.fragment or parts.username or len(address) > 300:
        raise BadAddress(N_("Địa chỉ phải có dạng https://máy.chủ hoặc http://máy:cổng."))
    return address


def clean_certificate(text: str) -> str:
    text = text.strip()
    if text and not re.fullmatch(
        r"-----BEGIN CERTIFICATE-----[A-Za-z0-9+/=\s]+-----END CERTIFICATE-----", text, re.ASCII
    ):
        raise BadAddress(N_("Chứng thư phải là một khối PEM (BEGIN CERTIFICATE … END CERTIFICATE)."))
    return text


def rotate(*, by: Officer | None, at: datetime) -> None:
    """A new key, told to every neighbour in every stream, signed by the old one and itself."""
    check_can_exchange(by)
    public = _new_key()
    with store().transaction() as tx:
        me = engine()
        rotation.rotate_key(me, tx, public, now_ms())
        audit("exchange.key_rotated", "exchange", me.node, by, at, public=public)
        lines.tell_all_soon()


def recover(typed: str, *, by: Officer | None, at: datetime) -> None:
    """The key was lost or stolen: the printed recovery key names a new one, and the old one counts no more."""
    check_can_exchange(by)
    recovery = read_recovery(typed)
    node = people.node()
    with store().transaction() as tx:
        row = tx.get(Peer, node.node_id) if node else None
    if row is None or row.recovery != public_of(recovery):
        raise BadRecovery(N_("Đây không phải khóa khôi phục của nút này."))
    public = _new_key()
    with store().transaction() as tx:
        me = engine()
        rotation.recover_key(me, tx, recovery, public, now_ms())
        audit("exchange.key_recovered", "exchange", me.node, by, at, public=public)
        lines.tell_all_soon()


def _new_key() -> str:
    seed = new_seed(os.urandom)
    seeds.add(seed)
    return KeyRing([seed]).root


def recovery_text(seed: bytes) -> str:
    """Seventeen groups of four: the key and a check of it, for a person to copy from paper."""
    digits = (seed + hashlib.sha256(seed).digest()[:2]).hex()
    return "-".join(digits[i : i + 4] for i in range(0, len(digits), 4))


def read_recovery(text: str) -> bytes:
    digits = re.sub(r"[\s-]", "", text.lower())
    if re.fullmatch(r"[0-9a-f]{68}", digits):
        data = bytes.fromhex(digits)
        if hashlib.sha256(data[:32]).digest()[:2] == data[32:]:
            return data[:32]
    raise BadRecovery(N_("Khóa khôi phục gõ chưa đúng: 17 nhóm, mỗi nhóm 4 chữ số 0–9, a–f."))
