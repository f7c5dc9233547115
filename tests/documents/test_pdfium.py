"""Two PDFs are never opened at once in one process."""

from __future__ import annotations

import threading
import time

from giapranh.documents.pdfium import in_turn


def test_pdfs_wait_for_each_other_and_text_does_not_wait() -> None:
    order: list[str] = []
    inside = threading.Event()

    def scan() -> None:
        with in_turn(b"%PDF-1.7 ...", "a.pdf"):
            inside.set()
            time.sleep(0.2)
            order.append("first pdf")

    def other(data: bytes, name: str) -> None:
        inside.wait()
        with in_turn(data, name):
            order.append(name)

    files = [(b"%PDF-1.7", "b.pdf"), (b"words", "c.txt"), (b"PK\x03\x04", "d.docx")]
    threads = [threading.Thread(target=scan), *(threading.Thread(target=other, args=file) for file in files)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert sorted(order[:2]) == ["c.txt", "d.docx"]
    assert order[2:] == ["first pdf", "b.pdf"]
