"""The trip event: what is read, what is refused and in which words."""

import base64
import json
import re
from collections.abc import Sequence
from datetime import UTC, datetime, timedelta, timezone
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tripinvoice.errors import InvalidTripError
from tripinvoice.trip import Completion, LineOfBusiness, Place, PricingBasis, Product, Trip
from tripinvoice.trip_event import MAX_BYTES, correct_trip, parse_trip_event, trip_event

NOW = datetime(2026, 3, 2, tzinfo=UTC)
DOCS = Path(__file__).parents[2] / "docs" / "trip-events.md"

EVENT: dict[str, Any] = {
    "schema": "trip.completed/1",
    "trip_id": "trip-1",
    "line_of_business": "rides",
    "product": "taxi",
    "pickup": {"country": "DE", "subdivision": "DE-BE", "municipality": "11000000"},
    "started_at": "2026-03-01T10:00:00+01:00",
    "ended_at": "2026-03-01T09:20:00Z",
}
TRIP = Trip(
    trip_id="trip-1",
    line_of_business=LineOfBusiness.RIDES,
    product=Product.TAXI,
    pickup=Place(country="DE", subdivision="DE-BE", municipality="11000000"),
    started_at=datetime(2026, 3, 1, 9, tzinfo=UTC),
    ended_at=datetime(2026, 3, 1, 9, 20, tzinfo=UTC),
)
CE_HEADERS = (
    ("ce_specversion", b"1.0"),
    ("ce_type", b"com.example.trip.completed"),
    ("ce_id", b"1"),
    ("ce_source", b"/trips"),
    ("content-type", b"application/json; charset=utf-8"),
)
ENVELOPE = {"specversion": "1.0", "type": "trip.completed/1", "id": "1", "source": "/trips"}
STRUCTURED = (("content-type", b"application/cloudevents+json"),)


def parse(event: object, headers: Sequence[tuple[str, bytes | None]] = ()) -> Trip:
    return parse_trip_event(json.dumps(event).encode(), headers, NOW)


def refusal(value: bytes | None, headers: Sequence[tuple[str, bytes | None]] = ()) -> InvalidTripError:
    with pytest.raises(InvalidTripError) as caught:
        parse_trip_event(value, headers, NOW)
    return caught.value


class TestReading:
    def test_plain_json(self) -> None:
        """A plain JSON object is a trip, with its times in UTC and the defaults filled in."""
        assert parse(EVENT) == TRIP

    def test_binary_cloud_event(self) -> None:
        """In binary mode the attributes are headers and the value is the trip."""
        assert parse(EVENT, CE_HEADERS) == TRIP

    def test_structured_cloud_event(self) -> None:
        """In structured mode the trip is the envelope's data."""
        assert parse(ENVELOPE | {"data": EVENT}, STRUCTURED) == TRIP

    def test_structured_cloud_event_in_base64(self) -> None:
        """In structured mode the trip may also be in data_base64."""
        coded = base64.b64encode(json.dumps(EVENT).encode()).decode()
        assert parse(ENVELOPE | {"data_base64": coded}, STRUCTURED) == TRIP

    def test_foreign_headers_are_nobody_s_business(self) -> None:
        """Headers that are not CloudEvents attributes are ignored, whatever bytes they hold."""
        assert parse(EVENT, [("traceparent", b"00-1"), ("x", b"\xff"), ("y", None)]) == TRIP

    def test_extra_fields_do_not_get_in(self) -> None:
        """Fields that the schema does not declare are dropped, at every level."""
        event = EVENT | {"rider_name": "Erika", "pickup": EVENT["pickup"] | {"address": "Weg 1"}}
        assert parse(event) == TRIP

    def test_unknown_country_is_accepted(self) -> None:
        """A country of valid shape is a trip's; whether it has a regime is asked later."""
        assert parse(EVENT | {"pickup": {"country": "ZZ"}}).country == "ZZ"

    def test_example_of_the_documentation(self) -> None:
        """The examples in docs/trip-events.md are read, and name every field of a trip."""
        blocks = re.findall(r"```json\n(.*?)```", DOCS.read_text("utf-8"), re.DOTALL)
        full, structured = json.loads(blocks[0]), json.loads(blocks[1])
        assert parse(full) == parse(structured, STRUCTURED)
        assert set(full) == {"schema", *vars(TRIP)}

    @pytest.mark.parametrize("name", [*vars(TRIP), "schema", "country", "subdivision"])
    def test_documentation_explains_each_field(self, name: str) -> None:
        """docs/trip-events.md has a row for every field."""
        assert f"`{name}`" in DOCS.read_text("utf-8")


class TestRefusing:
    @pytest.mark.parametrize(
        ("value", "words"),
        [
            (None, "no value"),
            (b"", "not JSON"),
            (b"\xff\xfe", "not UTF-8"),
            (b"[]", "expected a JSON object, found a list of 0"),
            (b'"x"', "expected a JSON object, found a text of 1 characters"),
            (b"{'a': 1}", "not JSON"),
            (b'{"a": NaN}', "NaN"),
            (b'{"a": -Infinity}', "NaN"),
            (b'{"a": 1e999}', "out of range"),
            (b'{"a": 1%s}' % (b"0" * 5000), "out of range"),
            (b'{"a": 1, "a": 2}', "twice"),
            (b'{"a": "\\ud800"}', "surrogate"),
            (b'{"\\ud800": 1}', "surrogate"),
            (b'{"a": %s%s}' % (b"[" * 40, b"]" * 40), "nested deeper"),
            (b'{"a": %s%s}' % (b"[" * 100_000, b"]" * 100_000), "nested too deeply"),
            (b'{"a": "%s"}' % (b"x" * MAX_BYTES), "send at most"),
        ],
    )
    def test_what_is_no_event(self, value: bytes | None, words: str) -> None:
        """Bytes that are no JSON object of reasonable size and form are refused with a reason."""
        assert words in refusal(value).message

    @pytest.mark.parametrize(
        ("field", "value"),
        [
            ("schema", "trip.completed/2"),
            ("trip_id", ""),
            ("trip_id", "-starts-wrong"),
            ("trip_id", "a" * 65),
            ("trip_id", "a\n"),
            ("trip_id", "a/b"),
            ("trip_id", "{{7*7}}"),
            ("trip_id", "\u202eabc"),
            ("trip_id", 7),
            ("line_of_business", "space"),
            ("line_of_business", 1),
            ("product", "rocket"),
            ("completion", "maybe"),
            ("completion", None),
            ("pickup", "DE"),
            ("pickup", None),
            ("dropoff", []),
            ("pickup.country", "de"),
            ("pickup.country", "DEU"),
            ("pickup.country", "D\u0415"),
            ("pickup.subdivision", "BE"),
            ("pickup.municipality", "<b>x</b>"),
            ("pickup.municipality", 11),
            ("started_at", "2026-03-01T10:00:00"),
            ("started_at", "2026-03-01"),
            ("started_at", "2026-02-30T10:00:00Z"),
            ("started_at", "2026-03-01T10:00:60Z"),
            ("started_at", "0001-01-01T00:00:00+01:00"),
            ("started_at", "1999-01-01T00:00:00Z"),
            ("started_at", 1_772_000_000),
            ("started_at", True),
            ("ended_at", "2026-03-01T08:59:59Z"),
            ("ended_at", "2026-03-03T00:00:01Z"),
            ("ended_at", "9999-12-31T23:59:59-01:00"),
            ("distance_m", -1),
            ("distance_m", 5_000_001),
            ("distance_m", 10.0),
            ("distance_m", "10"),
            ("distance_m", True),
            ("same_municipality", "yes"),
            ("same_municipality", 1),
            ("pricing_basis", "mood"),
            ("time_zone", "Mars/Olympus"),
            ("time_zone", "../../etc/passwd"),
            ("time_zone", "Europe"),
            ("locale", "de_DE"),
            ("locale", "german"),
            ("revision", 0),
            ("revision", 1001),
            ("revision", "1"),
            ("test", "false"),
        ],
    )
    def test_what_is_no_trip(self, field: str, value: object) -> None:
        """Each malformed field is refused by name, with a remedy and without its value."""
        event = json.loads(json.dumps(EVENT))
        parent, _, leaf = field.rpartition(".")
        (event[parent] if parent else event)[leaf] = value
        error = refusal(json.dumps(event).encode())
        assert error.field == field
        assert error.message.startswith(f"{field}: ")
        assert "; send" in error.message
        shown = error.message.removeprefix(f"{field}: ").partition(";")[0]
        assert not (isinstance(value, str) and len(value) > 1 and value in shown)

    @pytest.mark.parametrize("field", list(EVENT))
    def test_missing_fields(self, field: str) -> None:
        """A required field that is not there is called missing."""
        error = refusal(json.dumps({k: v for k, v in EVENT.items() if k != field}).encode())
        assert error.message.startswith(f"{field}: missing; ")

    def test_huge_text_does_not_get_into_the_message(self) -> None:
        """A message stays short however long the value or the names in the event are."""
        error = refusal(json.dumps(EVENT | {"trip_id": "x" * 200_000, "y" * 50_000: 1}).encode())
        assert len(error.message) < 250
        assert "text of 200000 characters" in error.message

    @pytest.mark.parametrize(
        ("name", "value", "words"),
        [
            ("ce_specversion", b"0.3", "not supported"),
            ("ce_specversion", None, "found a null"),
            ("ce_type", b"trip.started", "not a completed trip"),
            ("ce_id", b"", "requires a text"),
            ("ce_source", b"\xff", "not UTF-8"),
            ("content-type", b"application/avro", "not JSON"),
            ("content-type", b"application/cloudevents-batch+json", "a batch"),
        ],
    )
    def test_binary_cloud_events_that_are_none(self, name: str, value: bytes | None, words: str) -> None:
        """A binary CloudEvent of another version, type or content is refused."""
        headers = [(n, value if n == name else v) for n, v in CE_HEADERS]
        assert words in refusal(json.dumps(EVENT).encode(), headers).message

    @pytest.mark.parametrize(
        ("change", "words"),
        [
            ({"specversion": 1}, "specversion: found a whole number"),
            ({"type": "order.placed"}, "not a completed trip"),
            ({"data": None}, "data: found a null"),
            ({"data": "text"}, "data: found a text"),
            ({"data": None, "data_base64": "%%%"}, "not base64"),
            ({"data": None, "data_base64": "bm8="}, "data_base64: not JSON"),
            ({"datacontenttype": "text/xml"}, "datacontenttype: not JSON"),
            ({"datacontenttype": 5}, "datacontenttype: not JSON"),
        ],
    )
    def test_structured_cloud_events_that_are_none(self, change: dict[str, object], words: str) -> None:
        """A structured CloudEvent without a readable trip in it is refused."""
        envelope = ENVELOPE | {"data": EVENT} | change
        assert words in refusal(json.dumps(envelope).encode(), STRUCTURED).message

    @given(st.binary(max_size=200))
    def test_any_bytes(self, value: bytes) -> None:
        """Whatever comes, the only thing raised is a refusal."""
        with pytest.raises(InvalidTripError):
            parse_trip_event(value, (), NOW)

    @given(
        st.sampled_from([*EVENT, "dropoff", "time_zone", "locale"]),
        st.recursive(
            st.none() | st.booleans() | st.integers() | st.floats(allow_nan=False, allow_infinity=False) | st.text(),
            lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(), inner, max_size=3),
            max_leaves=5,
        ),
    )
    def test_any_value_of_a_field(self, field: str, value: object) -> None:
        """A field of any JSON value gives a trip or a short refusal, nothing else."""
        said = ""
        try:
            parse(EVENT | {field: value})
        except InvalidTripError as error:
            said = error.message
        assert len(said) < 300


class TestWriting:
    def test_an_event_is_read_as_the_trip_it_was_written_from(self) -> None:
        """Writing and reading again gives the same trip, all fields set."""
        trip = Trip(
            trip_id="t.1_x-y",
            line_of_business=LineOfBusiness.DELIVERY,
            product=Product.COURIER,
            pickup=Place(country="GB", subdivision="GB-ENG"),
            dropoff=Place(country="GB", municipality="E09000033"),
            started_at=datetime(2026, 1, 1, 12, 0, 0, 250_000, tzinfo=timezone(timedelta(hours=-3))),
            ended_at=datetime(2026, 1, 1, 17, tzinfo=UTC),
            completion=Completion.CANCELLED_WITH_FEE,
            distance_m=0,
            same_municipality=False,
            pricing_basis=PricingBasis.TIME,
            time_zone="Europe/London",
            locale="en-GB",
            revision=3,
            test=True,
        )
        assert parse_trip_event(trip_event(trip), (), NOW) == trip

    def test_the_same_trip_is_the_same_bytes(self) -> None:
        """Keys are sorted and times are UTC, so equal trips are equal events."""
        local = parse(EVENT | {"started_at": "2026-03-01T04:00:00-05:00"})
        assert trip_event(local) == trip_event(TRIP)


class TestCorrecting:
    def test_dotted_fields(self) -> None:
        """An operator corrects fields inside and outside of places; what is not named stays."""
        corrected = correct_trip(
            TRIP, {"pickup.country": "AT", "pickup.subdivision": None, "distance_m": 5, "dropoff.country": "DE"}, NOW
        )
        assert corrected.pickup == Place(country="AT", municipality="11000000")
        assert corrected.dropoff == Place(country="DE")
        assert (corrected.distance_m, corrected.trip_id) == (5, "trip-1")

    def test_a_place_that_was_taken_away_first(self) -> None:
        """A field of it then belongs to a new place."""
        assert correct_trip(TRIP, {"dropoff": None, "dropoff.country": "DE"}, NOW).dropoff == Place(country="DE")
        assert correct_trip(TRIP, {"pickup": "x", "pickup.country": "AT"}, NOW).pickup == Place(country="AT")

    def test_times(self) -> None:
        """A time may be a text or a datetime with zone."""
        expected = datetime(2026, 3, 1, 8, tzinfo=UTC)
        assert correct_trip(TRIP, {"started_at": expected}, NOW).started_at == expected
        assert correct_trip(TRIP, {"started_at": "2026-03-01T08:00:00Z"}, NOW).started_at == expected

    def test_nothing(self) -> None:
        """No corrections, no change."""
        assert correct_trip(TRIP, {}, NOW) == TRIP

    @pytest.mark.parametrize(
        ("changes", "field"),
        [
            ({"trip_id": "other"}, "trip_id"),
            ({"schema": "x"}, "schema"),
            ({"fare": "1.00"}, "corrections"),
            ({"event_schema": "x"}, "corrections"),
            ({"pickup.street": "x"}, "corrections"),
            ({"trip.country": "DE"}, "corrections"),
            ({".country": "DE"}, "corrections"),
            ({"pickup.country": "Germany"}, "pickup.country"),
            ({"pickup.country": None}, "pickup.country"),
            ({"distance_m": "5"}, "distance_m"),
            ({"distance_m": object()}, "distance_m"),
            ({"started_at": datetime(2026, 3, 1)}, "started_at"),  # noqa: DTZ001 - the point of the test
            ({"ended_at": "2026-02-01T00:00:00Z"}, "ended_at"),
        ],
    )
    def test_what_cannot_be_corrected(self, changes: dict[str, object], field: str) -> None:
        """Identity, unknown names and impossible values are refused by name."""
        with pytest.raises(InvalidTripError) as caught:
            correct_trip(TRIP, changes, NOW)
        assert caught.value.field == field
