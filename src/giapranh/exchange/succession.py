"""What a change of offices means for neighbours: the contact list is told anew; a node that ends is said to a person.

The successor of a node needs both nodes' keys and both people's words, so it is never done by itself: the preview
names each neighbour whose agreement stands between the two nodes, and the page of neighbours holds the step.
"""

from __future__ import annotations

from datetime import datetime

from django.utils.translation import gettext as _

from giapranh.exchange import contacts
from giapranh.exchange.models import Agreement
from giapranh.people import queries as people
from giapranh.people.models import Officer
from giapranh.people.succession import Effect, Move


def preview(moves: list[Move]) -> list[Effect]:
    agency = people.own_agency()
    peers = sorted(set(Agreement.objects.filter(state="in-force").values_list("peer", flat=True)))
    found: list[Effect] = []
    for move in moves:
        if agency is None or move.duty or move.predecessor_id != agency.pk:
            continue
        for peer in peers:
            found.append(
                Effect(
                    "agreement", _("Thỏa thuận trao đổi với %(peer)s") % {"peer": peer}, move.predecessor_name,
                    move.successor_name, "/lang-gieng/",
                    _("Hai nút cùng ký mục kế thừa thì điều khoản và hồ sơ mới sang đơn vị mới."),
                )
            )  # fmt: skip
    return found


def apply(moves: list[Move], by: Officer | None, at: datetime) -> None:
    """Names of offices changed: the neighbours' contact list follows."""
    contacts.tell(at)
