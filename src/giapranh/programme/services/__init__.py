"""What is done with programmes and tasks: one verb each, in one transaction with its audit row."""

from __future__ import annotations

from giapranh.programme.services.adopting import Choices, adopt
from giapranh.programme.services.dates import accept_due, ask_extension, decide_extension, propose_due
from giapranh.programme.services.placing import assign_officer, set_office
from giapranh.programme.services.products import attach_product, remove_product
from giapranh.programme.services.recurring import materialise_recurrences
from giapranh.programme.services.reminding import send_reminders, snooze
from giapranh.programme.services.setting import set_target, set_thresholds
from giapranh.programme.services.sheets import export_tasks, import_tracking_sheet
from giapranh.programme.services.work import (
    accept_part,
    ask_confirmation,
    cancel,
    confirm_completion,
    note_progress,
    pause,
    receive,
    resume,
    return_part,
    return_task,
    start,
    submit_part,
)

__all__ = [
    "Choices",
    "accept_due",
    "accept_part",
    "adopt",
    "ask_confirmation",
    "ask_extension",
    "assign_officer",
    "attach_product",
    "cancel",
    "confirm_completion",
    "decide_extension",
    "export_tasks",
    "import_tracking_sheet",
    "materialise_recurrences",
    "note_progress",
    "pause",
    "propose_due",
    "receive",
    "remove_product",
    "resume",
    "return_part",
    "return_task",
    "send_reminders",
    "set_office",
    "set_target",
    "set_thresholds",
    "snooze",
    "start",
    "submit_part",
]
