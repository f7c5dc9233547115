"""What tests of the rivers share."""

from __future__ import annotations

from hypothesis import settings

# How long one example takes on a busy machine says nothing about the rules.
settings.register_profile("rivers", deadline=None)
settings.load_profile("rivers")
