"""``tripinvoice demo`` as a newcomer runs it: the installed command, from outside."""

import hashlib
import json
import re
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest

from starter.samples.trips import sample_trips, scenario_line
from tests.e2e.demonstration import HOSTILE, HOSTILE_ENV_FILE, demo, documents

CONTRACT = {"trip_id", "kind", "country", "number", "currency", "total", "pdf", "sha256"}


def test_makes_invoices_whatever_the_settings_around_it_and_never_twice(tmp_path: Path) -> None:
    """The first trips of the sample become verified PDFs; a second run recognises them and prints the same."""
    (tmp_path / ".env").write_text(HOSTILE_ENV_FILE)
    arguments = ("--count", "4", "--no-ui", "--json")

    first = demo(tmp_path, *arguments, environment=HOSTILE)
    made = documents(first)

    assert first.returncode == 0, first.stderr
    assert {item.trip_id for item in sample_trips()[:4]} == {document["trip_id"] for document in made}
    for document in made:
        pdf = Path(document["pdf"])
        assert document.keys() >= CONTRACT
        assert pdf.is_absolute()
        assert pdf.read_bytes().startswith(b"%PDF-")
        assert document["sha256"] == hashlib.sha256(pdf.read_bytes()).hexdigest()
        assert Decimal(document["total"]).is_finite()
        assert pdf.name == f"{document['number']}.pdf"
    listing = tmp_path / "tripinvoice-demo" / "invoices.jsonl"
    assert first.stdout == listing.read_text()

    again = demo(tmp_path, *arguments)

    assert again.returncode == 0, again.stderr
    assert first.stdout == again.stdout
    assert "4 of the trips had been invoiced by an earlier run" in again.stderr


def test_a_gallery_shows_a_page_per_country(tmp_path: Path) -> None:
    """A picture of a page and links to the PDFs; nothing in it refers to anything outside."""
    done = demo(tmp_path, "--count", "3", "--no-ui", "--gallery")
    assert done.returncode == 0, done.stderr
    index = tmp_path / "tripinvoice-demo" / "gallery" / "index.html"
    assert index.as_uri() in done.stdout
    page = index.read_text("utf-8")
    links = re.findall(r'(?:href|src)="([^"]+)"', page)
    assert all((index.parent / link).is_file() for link in links)
    countries = {json.loads(trip.event)["pickup"]["country"] for trip in sample_trips()[:3]}
    pictures = [link for link in links if link.endswith(".png")]
    assert len(pictures) == len(countries) == page.count("<article")
    for picture in pictures:
        assert (index.parent / picture).read_bytes().startswith(b"\x89PNG")


def _documented_trip() -> dict[str, Any]:
    """The trip that the documentation shows to those who write their own."""
    text = (Path(__file__).parents[2] / "docs" / "demo.md").read_text("utf-8")
    trip: dict[str, Any] = json.loads(text.split("```json\n")[1].split("```")[0])
    return trip


def test_says_which_trips_have_no_invoice_and_why(tmp_path: Path) -> None:
    """A line, an event and a trip that cannot become invoices are told with their reasons, the rest goes on."""
    good, fareless = _documented_trip(), sample_trips()[1]
    bad_event = {"event": {"schema": "trip.completed/1", "trip_id": "no-country"}, "answers": {}}
    without_fare = json.loads(scenario_line(fareless))
    del without_fare["answers"]["fares"]
    file = tmp_path / "trips.jsonl"
    lines = [json.dumps(good), "no JSON at all", json.dumps(bad_event), json.dumps(good), json.dumps(without_fare)]
    file.write_text("\n".join(lines))

    run = demo(tmp_path, "--trips", str(file), "--out", "out", "--no-ui", "--json")

    assert run.returncode == 1, run.stderr
    assert {good["event"]["trip_id"]} == {document["trip_id"] for document in documents(run)}
    assert "4 events in = 1 invoiced + 1 parked + 1 refused + 1 repeated" in run.stderr
    assert "line 2" in run.stderr
    assert "no-country" in run.stderr
    assert "MissingAnswerError" in run.stderr


@pytest.mark.parametrize(
    ("arguments", "code", "told"),
    [
        (("--out", "mine"), 1, "holds other things"),
        (("--trips", "mine/notes.csv"), 1, "names no column"),
        (("--trips", "nowhere.csv"), 2, "does not exist"),
        (("--count", "0"), 2, "--count"),
    ],
)
def test_refuses_with_one_line_what_it_cannot_use(
    tmp_path: Path, arguments: tuple[str, ...], code: int, told: str
) -> None:
    """A folder that is somebody's, a file of something else, no file: one line, and nothing is written."""
    (tmp_path / "mine").mkdir()
    (tmp_path / "mine" / "notes.csv").write_text("my notes\n")

    run = demo(tmp_path, *arguments)

    assert code == run.returncode, run.stderr
    assert told in run.stderr
    assert "Traceback" not in run.stderr
    assert ["notes.csv"] == [path.name for path in (tmp_path / "mine").iterdir()]
