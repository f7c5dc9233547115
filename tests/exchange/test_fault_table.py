"""Every fault a neighbourhood can have, and the tests that try it: a row without its tests is a hole.

Rows are those of the table of faults that the exchange was designed by, in its order.
"""

from __future__ import annotations

import re
from pathlib import Path

import pytest

TABLE: dict[str, tuple[str, ...]] = {
    "duplicate entry, batch, whole day, after a year": ("duplicate_entry_batch_day_and_after_a_year", "the_same_again_is_told_once"),
    "reorder within or between batches, lanes": ("reorder_within_and_between_batches", "lanes_do_not_wait_for_each_other"),
    "drop of request, reply, receipt": ("drop_of_request_reply_and_receipt", "what_came_whole_before_the_line_broke"),
    "link down an hour, 3 days, 30 days": ("link_down_for_an_hour_three_days", "thirty_days_without_a_line", "line_down_then_up"),
    "one direction only": ("one_direction_only_each_direction",),
    "clock a minute, a day, 1970": ("clock_off_by_a_minute_a_day", "clock_a_day_ahead_a_day_behind_and_in_1970"),
    "key rotation, both at once; key lost; key stolen": (
        "key_rotation_and_both_at_once", "key_lost_the_recovery_key", "key_stolen_after_n_refused",
    ),
    "replay": ("replay_of_an_old_request", "a_statement_heard_on_the_way", "another_peers_entry_on_this_line"),
    "forged or tampered entry, body, header, clause, receipt; another payload type": (
        "forged_signature_is_refused", "tampered_entry_is_refused", "forged_receipt_is_refused",
        "an_agreement_signed_twice_by_one_key", "valid_envelope_with_another_payload_type",
        "an_entry_signed_by_somebody_else", "a_lie_about_the_content", "a_forged_statement_is_refused",
    ),
    "poison: rule, 100 MB, deep nesting, zip bomb, NFD, NaN, 2^53, duplicate keys": (
        "poison_is_quarantined_with_its_reason", "poison_over_the_line", "a_hundred_megabytes_are_skipped",
        "a_bundle_for_somebody_else_cut_off_changed_or_a_bomb",
    ),
    "kill -9 at every write boundary, disk full": (
        "power_cut_at_every_write_boundary", "kill_9_of_the_reader", "kill_9_of_the_writer", "kill_9_of_the_web_server",
        "kill_9_while_a_file_crosses", "a_full_disk_of_the_database", "a_full_disk_of_the_node",
    ),
    "bit flip in a stored entry": ("bit_flip_is_found_by_the_daily_check", "every_night_both_ledgers_are_copied_off"),
    "schema drift: minor ahead, major ahead, one behind": (
        "a_minor_version_ahead", "a_major_version_ahead", "a_peer_one_major_behind", "an_unknown_kind_is_parked",
    ),
    "validation differs on the two sides": ("validation_that_differs_is_seen", "a_record_that_breaks_a_rule_is_quarantined"),
    "restore from backup: declared, undeclared, with writes since; a machine copied and running twice": (
        "restore_from_backup_declared_or_not", "restore_of_the_receiver", "a_machine_copied_and_running_twice",
        "an_owner_restored_from_an_old_backup",
    ),
    "a node shows two histories": ("two_histories_are_proven", "two_entries_for_one_place"),
    "new node from zero; from snapshot and tail": ("new_node_from_zero_and_from_snapshot",),
    "clause withdrawn, narrowed, expired while entries wait": (
        "clause_withdrawn_while_entries_wait", "clause_narrowed_while", "clause_expired_while", "clause_withdrawn_by_the_receiver",
    ),
    "over-sharing (field, area, precision)": ("over_sharing_is_cut_by_the_sender",),
    "recall of a record already read": ("recall_of_a_record_already_read",),
    "hand-over interrupted at each step": ("hand_over_interrupted_at_each_step",),
    "agency merged, renamed, unit closed": ("a_province_that_is_merged_clauses", "a_province_that_is_merged_leaves"),
    "attachment missing, truncated, wrong hash": (
        "a_blob_missing_cut_off_or_wrong", "a_file_with_other_bytes", "a_missing_file_keeps_its_record_waiting",
        "a_blob_that_broke_off_is_resumed",
    ),
    "slow peer, flood by peer": (
        "slow_peer_is_served_in_small_pieces", "a_flood_of_questions", "an_answer_that_drips", "fifty_strangers_that_drip",
        "a_neighbour_that_drips_what_it_gives_back", "a_stream_that_never_ends", "a_neighbour_that_is_down_keeps_nobody",
    ),
    "USB, e-mail, HTTPS mixed and overlapping": ("usb_letter_and_line_mixed", "files_on_a_stick_overlap_with_the_line"),
}  # fmt: skip


def _tests() -> set[str]:
    here = Path(__file__).parent
    texts = [path.read_text(encoding="utf-8") for path in here.rglob("test_*.py")]
    return {name for text in texts for name in re.findall(r"^def test_(\w+)", text, re.MULTILINE)}


@pytest.mark.parametrize("fault", TABLE)
def test_each_fault_is_tried(fault: str) -> None:
    known = _tests()
    assert [start for start in TABLE[fault] if not any(name.startswith(start) for name in known)] == []
