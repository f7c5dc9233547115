"""Reads of the programme room. Nothing here writes, nothing here shows a task to somebody who may not see it."""
