"""Reads of the programme room. Nothing here writes, nothing here shows a task to somebody who may not see it."""

from __future__ import annotations

from giapranh.programme.queries.board import Board, Filters, board, list_of
from giapranh.programme.queries.desk import Desk, DeskItem, desk_of
from giapranh.programme.queries.matrix import Matrix, matrix
from giapranh.programme.queries.task_page import TaskPage, evidence_of, is_illustrative, task_page
from giapranh.programme.queries.tasks import (
    get_part,
    get_programme,
    get_task,
    listed,
    live,
    programmes,
    visible_programmes,
    visible_tasks,
    with_buckets,
)
from giapranh.programme.queries.timeline import Timeline, timeline

__all__ = [
    "Board",
    "Desk",
    "DeskItem",
    "Filters",
    "Matrix",
    "TaskPage",
    "Timeline",
    "board",
    "desk_of",
    "evidence_of",
    "get_part",
    "get_programme",
    "get_task",
    "is_illustrative",
    "list_of",
    "listed",
    "live",
    "matrix",
    "programmes",
    "task_page",
    "timeline",
    "visible_programmes",
    "visible_tasks",
    "with_buckets",
]
