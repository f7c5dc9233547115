"""Pages of the rivers: one file per subject."""
