"""A bundle beside an official paper: the office document system carries it as one more attachment of its envelope."""

from __future__ import annotations

import io

import pytest
from tests.documents.test_arrivals import PAPER
from tests.documents.test_edxml import envelope, receive
from tests.exchange.ledger.nodes import pair

from giapranh.documents import edxml, vault
from giapranh.documents.models import PaperAttachment
from giapranh.exchange.ledger import bundle
from giapranh.people.models import Officer

pytestmark = pytest.mark.django_db


def test_a_bundle_crosses_as_an_attachment_of_an_edxml_envelope(an: Officer) -> None:
    one, two = pair()
    one.share("note:1", name="theo công văn")
    made = io.BytesIO()
    bundle.write(one.engine, one.store, two.node, made, one.tick())
    letter = envelope(
        attachments=(
            edxml.Attachment(name="41-KH.txt", data=PAPER.encode(), content_type="text/plain"),
            edxml.Attachment(
                name="vn-20-vn-24.giapranh", data=made.getvalue(), content_type="application/octet-stream"
            ),
        )
    )
    paper = receive(letter, an)
    attached = PaperAttachment.objects.get(paper=paper, file_name="vn-20-vn-24.giapranh")
    carried = vault.read(attached.blob_id)
    assert carried == made.getvalue()
    taken = bundle.read(two.engine, two.store, io.BytesIO(carried), two.tick())
    assert taken.states["applied"] >= 1
    found = two.record("note:1")
    assert found is not None
    assert found.data == '{"name":"theo công văn"}'.encode()
