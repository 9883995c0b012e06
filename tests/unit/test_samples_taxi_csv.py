"""New York taxi CSV: each row becomes its own trip with the right money, and odd rows stop nobody."""

import io
import json
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest

from starter.samples.scenario import RefusedRow, Scenario
from starter.samples.taxi_csv import read_taxi_csv
from starter.samples.trips import read_trips
from tripinvoice.errors import InvalidTripError

ODD = Path(__file__).parents[1] / "data" / "taxi_odd.csv"
REAL = Path(__file__).parents[3] / "shared" / "data" / "nyc_taxi_trips.csv"
HEADER = "pickup,dropoff,fare,tip,tolls,total,payment,color,distance"
GOOD = "2019-03-13 10:55:10,2019-03-13 11:23:25,17.5,2.00,0.0,22.8,cash,yellow,2.4"


def read(*rows: str, header: str = HEADER) -> list[Scenario | RefusedRow]:
    return list(read_taxi_csv(io.BytesIO("\n".join([header, *rows]).encode())))


def one(*rows: str, header: str = HEADER) -> Scenario:
    (item,) = read(*rows, header=header)
    assert isinstance(item, Scenario)
    return item


def event(item: Scenario | RefusedRow) -> dict[str, Any]:
    assert isinstance(item, Scenario)
    parsed: dict[str, Any] = json.loads(item.event)
    return parsed


def charged(item: Scenario) -> dict[str, str]:
    """The amount of each charge by its tax class."""
    return {
        charge["tax_class"]: charge["amount"]
        for answer in item.answers.values()
        for charge in answer.get("charges", ())
    }


class TestMoney:
    def test_fare_tip_tolls_and_surcharges_are_separate(self) -> None:
        """What the total holds beyond fare, tip and tolls is the surcharges; all of it was paid."""
        item = one(GOOD.replace(",0.0,22.8", ",5.76,28.56"))
        assert charged(item) == {"transport": "17.50", "tip": "2.00", "toll": "5.76", "surcharge": "3.30"}
        assert item.answers["payments"] == {
            "currency": "USD",
            "payments": [{"method": "cash", "amount": "28.56"}],
        }

    def test_what_is_zero_is_left_out_but_the_fare(self) -> None:
        """A fare is always charged, even of nothing; tip, tolls and surcharges only if there are any."""
        assert charged(one(GOOD.replace("17.5,2.00,0.0,22.8", "0,,,0"))) == {"transport": "0.00"}

    def test_less_than_the_parts_is_an_adjustment(self) -> None:
        """A total below fare, tip and tolls means that something was given back."""
        item = one(GOOD.replace("22.8", "18.25"))
        assert charged(item) == {"transport": "17.50", "tip": "2.00", "refund": "-1.25"}

    def test_negative_totals_are_kept(self) -> None:
        """A reversed trip comes in as it is; the invoice parks."""
        assert charged(one(GOOD.replace("17.5,2.00,0.0,22.8", "-4.5,0,0,-5.30"))) == {
            "transport": "-4.50",
            "refund": "-0.80",
        }

    @pytest.mark.parametrize(
        "text", ["$17.5", "1,7.5", '"1,017.50"', "17.5 USD", "1e1", "NaN", "inf", "", "17..5", "+1"]
    )
    def test_what_is_no_amount(self, text: str) -> None:
        """Only plain numbers are amounts; the row and the column are named."""
        (item,) = read(GOOD.replace("17.5", text))
        assert isinstance(item, RefusedRow)
        assert item.row == 2
        assert item.reason.startswith(("fare: found a text of", "row: 10 cells for 9"))

    def test_fractions_of_a_cent(self) -> None:
        """A fraction of a cent is refused, trailing zeros are none."""
        (item,) = read(GOOD.replace("17.5", "17.505"))
        assert item == RefusedRow(row=2, reason="fare: has fractions of a cent; send whole cents")
        assert charged(one(GOOD.replace("17.5", "17.500")))["transport"] == "17.50"

    @pytest.mark.parametrize(
        ("payment", "method"),
        [("credit card", "card"), ("Cash", "cash"), ("", "unknown"), ("crypto", "unknown"), ("no charge", "no_charge")],
    )
    def test_payment_methods(self, payment: str, method: str) -> None:
        """The file's words become ours; what is blank or new is unknown."""
        assert one(GOOD.replace("cash", payment)).answers["payments"]["payments"][0]["method"] == method


class TestTimes:
    @pytest.mark.parametrize(
        ("pickup", "dropoff", "expected"),
        [
            ("2019-03-13 10:55:10", "2019-03-13 11:23:25", ("14:55:10", "15:23:25")),
            ("2019-01-13T10:55", "2019-01-13T11:23", ("15:55:00", "16:23:00")),
            ("2019-11-03 00:50:00", "2019-11-03 01:10:00", ("04:50:00", "05:10:00")),  # first 1:10
            ("2019-11-03 01:50:00", "2019-11-03 01:10:00", ("05:50:00", "06:10:00")),  # the hour came twice
            ("2019-11-03 01:10:00", "2019-11-03 02:05:00", ("05:10:00", "07:05:00")),
            ("2019-03-10 01:50:00", "2019-03-10 03:10:00", ("06:50:00", "07:10:00")),  # an hour is missing
            ("2019-03-10 02:50:00", "2019-03-10 03:10:00", ("06:50:00", "07:10:00")),  # inside the missing hour
            ("2019-03-13 11:00:00", "2019-03-13 10:00:00", ("15:00:00", "14:00:00")),  # stays out of order
        ],
    )
    def test_local_time(self, pickup: str, dropoff: str, expected: tuple[str, str]) -> None:
        """Times are New York's; a clock change is read so that the trip ends after it began."""
        trip = event(one(GOOD.replace("2019-03-13 10:55:10,2019-03-13 11:23:25", f"{pickup},{dropoff}")))
        assert (trip["started_at"][11:19], trip["ended_at"][11:19]) == expected

    @pytest.mark.parametrize("text", ["", "13/03/2019 10:55", "2019-02-30 10:00:00", "2019-03-13", "now"])
    def test_what_is_no_time(self, text: str) -> None:
        """Another format or an impossible day is refused with its column."""
        (item,) = read(GOOD.replace("2019-03-13 10:55:10", text))
        assert isinstance(item, RefusedRow)
        assert item.reason.startswith("pickup: found a text of ")


class TestTrips:
    def test_facts(self) -> None:
        """Distance is in metres, the place is New York, the vehicle a taxi."""
        trip = event(one(GOOD))
        assert trip["distance_m"] == 3862
        assert trip["pickup"] == {"country": "US", "subdivision": "US-NY"}
        assert (trip["product"], trip["line_of_business"], trip["time_zone"]) == ("taxi", "rides", "America/New_York")

    def test_no_distance(self) -> None:
        """An empty distance is unknown, not zero."""
        assert "distance_m" not in event(one(GOOD.replace(",2.4", ",")))

    @pytest.mark.parametrize(("color", "fleet"), [("yellow", "nyc-yellow"), ("Green", "nyc-green"), ("", "nyc-yellow")])
    def test_supplier(self, color: str, fleet: str) -> None:
        """The color of the taxi says whose it is; the record and the fleet's answer agree."""
        answers = one(GOOD.replace("yellow", color)).answers
        assert answers["trip-records"]["fleet_ref"] == answers["fleets"]["ref"] == fleet

    def test_journey(self) -> None:
        """Zone and borough are put together; what is blank is left out."""
        header = f"{HEADER},pickup_zone,dropoff_zone,pickup_borough,dropoff_borough"
        assert one(f'{GOOD},"Chelsea, West",,Manhattan,Queens', header=header).answers["journeys"] == {
            "pickup": "Chelsea, West, Manhattan",
            "dropoff": "Queens",
            "vehicle": "Yellow taxi",
        }
        assert "journeys" not in one(GOOD.replace("yellow", "")).answers

    def test_the_same_row_is_the_same_trip(self) -> None:
        """Ids follow from the content, so that a file run twice makes no second invoice."""
        assert one(GOOD).trip_id == one(GOOD).trip_id
        assert one(GOOD).trip_id != one(GOOD.replace("17.5", "17.6")).trip_id

    def test_other_columns_and_order_do_not_matter_for_the_id(self) -> None:
        """More columns, another order, outer spaces: still the same trip."""
        cells = dict(zip(HEADER.split(","), GOOD.split(","), strict=True)) | {"vendor": "2"}
        header = ",".join(f" {name.upper()} " for name in reversed(cells))
        assert one(",".join(f" {cell} " for cell in reversed(cells.values())), header=header) == one(GOOD)

    def test_equal_rows_are_trips_of_their_own(self) -> None:
        """Rows with the same content are counted: each gets a document, the first the same as ever."""
        items = read(GOOD, GOOD, GOOD)
        ids = [event(item)["trip_id"] for item in items]
        assert len(set(ids)) == 3
        assert ids[0] == one(GOOD).trip_id


class TestFiles:
    @pytest.mark.parametrize(
        ("header", "words"),
        [
            ("", "it names no column pickup, dropoff, fare, tip, tolls, total"),
            ("pickup,dropoff,fare,tip,total", "it names no column tolls"),
            (f"{HEADER},fare", "it names fare twice"),
            ('"' + "x" * 200_000, "not CSV"),
        ],
    )
    def test_what_is_no_such_file(self, header: str, words: str) -> None:
        """A file without the needed columns is refused as a whole."""
        with pytest.raises(InvalidTripError, match=words):
            read(header=header)

    def test_odd_rows(self) -> None:
        """BOM, CRLF, spaces, empty lines, broken rows: the good ones are read, the others named by line."""
        items = list(read_trips(ODD))
        assert [item.row for item in items if isinstance(item, RefusedRow)] == [4, 5, 6, 8, 9, 12]
        assert [item.reason.partition(":")[0] for item in items if isinstance(item, RefusedRow)] == [
            "row",
            "total",
            "pickup_zone",
            "fare",
            "pickup",
            "row",
        ]
        trips = [item for item in items if isinstance(item, Scenario)]
        assert [charged(item)["transport"] for item in trips] == ["17.50", "8.50", "9.00", "-3.00", "12.00", "6.50"]
        assert trips[0].answers["journeys"]["pickup"] == "Times Sq/Theatre District, Manhattan"

    def test_no_file(self, tmp_path: Path) -> None:
        """A path that cannot be opened is told so."""
        with pytest.raises(InvalidTripError, match="cannot be opened"):
            list(read_trips(tmp_path / "none.csv"))

    @pytest.mark.skipif(not REAL.exists(), reason="the taxi file is not part of the project")
    def test_the_taxi_file(self) -> None:
        """Every row of the thousand is a trip of its own, and its charges sum to its total."""
        rows = REAL.read_text("utf-8").splitlines()
        column = rows[0].split(",").index("total")
        items = [item for item in read_trips(REAL) if isinstance(item, Scenario)]
        assert len({item.trip_id for item in items}) == len(rows) - 1
        sums = [sum(map(Decimal, charged(item).values())) for item in items]
        assert sums == [Decimal(row.split(",")[column]) for row in rows[1:]]
