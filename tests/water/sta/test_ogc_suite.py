"""The conformance tests of the OGC itself, ``ets-sta10``, against a served node.

They are Java and not ours, so they run only where their jar has been built (``mvn package`` of that project, Java 17):

    GIAPRANH_OGC_SUITE=…/ets-sta10-…-aio.jar  GIAPRANH_OGC_JSON=…/json-20090211.jar  pytest tests/water/sta/test_ogc_suite.py

The second jar is the JSON library the suite was written with; without it one test, ``checkQueriesPriorityOrdering``,
asks the newer library for a number as text and fails whatever a server answers.
"""

from __future__ import annotations

import os
import shutil
import subprocess
from pathlib import Path
from typing import Any
from xml.etree import ElementTree

import pytest
import requests
from tests.water.sta.conftest import POINT, datastream, location, thing

SUITE = os.environ.get("GIAPRANH_OGC_SUITE", "")
JSON_LIBRARY = os.environ.get("GIAPRANH_OGC_JSON", "")
MAIN = "org.opengis.cite.sta10.TestNGController"
NEEDS_THE_OLD_LIBRARY = {"checkQueriesPriorityOrdering"}
pytestmark = [
    pytest.mark.django_db(transaction=True),
    pytest.mark.skipif(
        not SUITE or not shutil.which("java"), reason="no suite here: set GIAPRANH_OGC_SUITE to its jar"
    ),
]


def fill(root: str) -> None:
    """The first level only reads, so something of every kind must be there."""
    rows = [{"phenomenonTime": f"2026-01-01T00:{5 * n:02d}:00Z", "result": n} for n in range(4)]
    feature = {"name": "f", "description": "d", "encodingType": "application/vnd.geo+json", "feature": POINT}
    rows[0]["FeatureOfInterest"] = feature
    made = thing(Locations=[location()], Datastreams=[datastream(Observations=rows)])
    requests.post(f"{root}/Things", json=made, timeout=30).raise_for_status()


@pytest.mark.parametrize("level", [3])
def test_levels_one_to_three(
    level: int, live_server: Any, node: Any, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("GIAPRANH_STA_OPEN", "1")
    root = f"{live_server.url}/sta/v1.1"
    fill(root)
    asked = tmp_path / "asked.xml"
    entries = f'<entry key="iut">{root}/</entry><entry key="ics">{level}</entry>'
    asked.write_text(f'<?xml version="1.0"?><properties version="1.0">{entries}</properties>', encoding="utf-8")
    jars = os.pathsep.join(jar for jar in (JSON_LIBRARY, SUITE) if jar)
    command = ["java", f"-Duser.home={tmp_path}", "-cp", jars, MAIN, str(asked)]
    subprocess.run(command, check=True, timeout=500, capture_output=True)
    (found,) = tmp_path.rglob("testng-results.xml")
    results = [each.attrib for each in ElementTree.parse(found).iter("test-method") if not each.get("is-config")]
    assert len(results) == 22
    failed = {each["name"] for each in results if each["status"] != "PASS"}
    assert failed == (set() if JSON_LIBRARY else NEEDS_THE_OLD_LIBRARY)
