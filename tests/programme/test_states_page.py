from __future__ import annotations

from giapranh.programme.states_page import PAGE, page


def test_the_page_of_states_is_printed_from_the_tables():
    assert PAGE.read_text(encoding="utf-8") == page(), "print it: python -m giapranh.programme.states_page"
