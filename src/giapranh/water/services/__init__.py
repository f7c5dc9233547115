"""What the room of rivers does: one file per subject."""
