"""What the tests of the neighbours' pages share."""

from __future__ import annotations

from typing import Any

from django.urls import reverse

ARGUMENTS = {
    "neighbour": ["peer"], "line": ["peer"], "heads": ["peer"], "agreement": ["peer"], "draft": ["peer"],
    "new_clause": ["peer"], "clause": ["peer", "clause_id"], "will_leave": ["peer"], "left": ["peer"],
    "ledger": ["peer"], "entry": ["peer", "stream", "seq"], "record": ["peer", "subject"],
    "proof": ["peer", "subject"], "version": ["peer", "number"], "countersign": ["peer", "number"],
    "decline": ["peer", "number"], "withdraw": ["peer"], "propose": ["peer"], "drop_draft": ["peer"],
    "drop_clause": ["peer", "clause_id"], "ask_now": ["peer"], "know": ["peer"], "judge_again": ["stream", "seq"],
    "record_step": ["peer", "name"], "succession_step": ["name"], "answer": ["peer", "event"],
}  # fmt: skip


def address(name: str, values: dict[str, Any]) -> str:
    kwargs = {one: values.get(f"exchange:{name}.{one}", values.get(one)) for one in ARGUMENTS.get(name, [])}
    return reverse(f"exchange:{name}", kwargs=kwargs)
