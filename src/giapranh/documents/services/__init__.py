"""What is done with papers: one verb each, in one transaction with its audit row."""

from __future__ import annotations

from giapranh.documents.services.arrivals import (
    DuplicatePaper,
    add_version,
    give_up_upload,
    read_upload,
    receive_upload,
    remove_draft,
    sweep,
    take_in,
)
from giapranh.documents.services.books import enter_outgoing, number_outgoing, start_book, update_entry
from giapranh.documents.services.confirming import AlreadyConfirmed, StillWeak, confirm_reading
from giapranh.documents.services.deciding import (
    add_citation,
    add_directive,
    confirm_all_sure,
    confirm_field,
    correct_field,
    remove_citation,
    remove_directive,
    restore_directive,
    split_directive,
    undo_decision,
)
from giapranh.documents.services.envelopes import receive_edxml, reply_status, send_edxml
from giapranh.documents.services.outgoing import create_outgoing
from giapranh.documents.services.records import keep_blob
from giapranh.documents.services.sharing import grant_access, withdraw_access

__all__ = [
    "AlreadyConfirmed",
    "DuplicatePaper",
    "StillWeak",
    "add_citation",
    "add_directive",
    "add_version",
    "confirm_all_sure",
    "confirm_field",
    "confirm_reading",
    "correct_field",
    "create_outgoing",
    "enter_outgoing",
    "give_up_upload",
    "grant_access",
    "keep_blob",
    "number_outgoing",
    "read_upload",
    "receive_edxml",
    "receive_upload",
    "remove_citation",
    "remove_directive",
    "remove_draft",
    "reply_status",
    "restore_directive",
    "send_edxml",
    "split_directive",
    "start_book",
    "sweep",
    "take_in",
    "undo_decision",
    "update_entry",
    "withdraw_access",
]
