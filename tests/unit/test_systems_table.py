"""The table of money systems: what is read, and what each mistake is told."""

import re
from datetime import UTC, datetime, timedelta
from importlib.resources import files
from pathlib import Path

import pytest

from tripinvoice.answers import Provides, field_names
from tripinvoice.errors import ConfigurationError
from tripinvoice.money_systems import MoneySystem
from tripinvoice.systems_table import read_table, ready
from tripinvoice.trip import LineOfBusiness, Place, Product, Trip

BASE = "http://127.0.0.1:8900"
DOCS = Path(__file__).parents[2] / "docs" / "money-systems.md"
RIDE = Trip(
    trip_id="trip-1",
    line_of_business=LineOfBusiness.RIDES,
    product=Product.TAXI,
    pickup=Place(country="DE"),
    started_at=datetime(2026, 3, 1, 9, tzinfo=UTC),
    ended_at=datetime(2026, 3, 1, 10, tzinfo=UTC),
)


def entry(**keys: str) -> str:
    """One [[system]] with a name, a URL and a kind, and these keys, written as TOML values."""
    usual = {"name": '"fares"', "url": '"http://fares/{trip_id}"', "provides": '"charges"'}
    return "\n".join(["[[system]]", *(f"{key} = {value}" for key, value in (usual | keys).items() if value)]) + "\n"


RECORDS = entry(name='"records"', provides='"trip"')


def problem(text: str) -> ConfigurationError:
    with pytest.raises(ConfigurationError) as caught:
        read_table(text, base=BASE)
    return caught.value


class TestReading:
    def test_every_key(self) -> None:
        """Each key becomes the field of its name."""
        text = RECORDS + entry(
            name='"drivers"',
            url='"{base}/drivers/{records.driver_ref}?trip={trip_id}"',
            provides='"driver"',
            required="true",
            countries='["DE", "GB"]',
            lines_of_business='["rides"]',
            depends_on='["records"]',
            timeout='"1.5s"',
            concurrency="7",
        )
        assert read_table(text, base=f"{BASE}/")[1] == MoneySystem(
            name="drivers",
            url=f"{BASE}/drivers/{{records.driver_ref}}?trip={{trip_id}}",
            provides=Provides.DRIVER,
            required=True,
            countries=frozenset({"DE", "GB"}),
            lines_of_business=frozenset({LineOfBusiness.RIDES}),
            depends_on=("records",),
            timeout=timedelta(seconds=1.5),
            concurrency=7,
        )

    def test_defaults(self) -> None:
        """Name, URL and kind are enough; the rest is as MoneySystem says."""
        expected = MoneySystem(name="fares", url="http://fares/{trip_id}", provides=Provides.CHARGES)
        assert read_table(entry()) == (expected,)

    @pytest.mark.parametrize(
        ("written", "seconds"),
        [('"500ms"', 0.5), ('"2s"', 2), ('"0.25s"', 0.25), ('"1m"', 60), ("3", 3), ('"50ms"', 0.05)],
    )
    def test_durations(self, written: str, seconds: float) -> None:
        """A timeout is a text with its unit, or whole seconds."""
        assert read_table(entry(timeout=written))[0].timeout == timedelta(seconds=seconds)

    def test_facts_have_free_fields(self) -> None:
        """Any field of a system that answers facts may be put into an address."""
        text = entry(name='"zones"', provides='"facts"') + entry(
            url='"http://x/{zones.anything}"', depends_on='["zones"]'
        )
        assert len(read_table(text)) == 2


class TestMistakes:
    @pytest.mark.parametrize(
        ("text", "words"),
        [
            ("[[system]", "not TOML"),
            ("", "expected 1 to 500"),
            ("system = 3", "expected 1 to 500"),
            ("systems = []", "unknown key 'systems'"),
            ("system = [3]", "entry 1: entry: found a whole number"),
            (entry(name=""), "entry 1: name: missing"),
            (entry(name='"Fares!"'), "Fares!: name: found a text"),
            (entry() + entry(), "fares: name: used by two entries"),
            (entry(colour='"red"'), "fares: colour: unknown key; known are name, url"),
            (entry(provides='"money"'), "fares: provides: found a text of 5 characters; expected one of trip"),
            (entry(required='"yes"'), "fares: required: found a text"),
            (entry(countries='["Germany"]'), "fares: countries: "),
            (entry(lines_of_business='["boats"]'), "fares: lines_of_business: "),
            (entry(concurrency="0"), "fares: concurrency: "),
            (entry(concurrency="1.5"), "fares: concurrency: found a number with a fraction"),
            (entry(timeout='"2"'), "fares: timeout: "),
            (entry(timeout='"2h"'), "fares: timeout: "),
            (entry(timeout='"49ms"'), "fares: timeout: "),
            (entry(timeout='"61s"'), "fares: timeout: "),
            (entry(timeout="-1"), "fares: timeout: "),
            (entry(timeout="0"), "fares: timeout: "),
            (entry(timeout="true"), "fares: timeout: found a boolean"),
            (entry(depends_on='["nobody"]'), "fares: depends_on: no system is called 'nobody'"),
            (entry(depends_on='["fares"]'), "fares → fares"),
            (entry(url='"http://x/{trip}"'), "{trip} is neither {trip_id} nor"),
            (RECORDS + entry(url='"http://x/{records.rider_ref}"'), "in depends_on; add"),
            (RECORDS + entry(url='"http://x/{records.email}"', depends_on='["records"]'), "no field 'email'; it has"),
            (RECORDS + entry(url='"http://x/{records}"', depends_on='["records"]'), "no field ''"),
            (entry(url='"http://x/{trip_id"'), "lone brace"),
            (entry(url='"http://x/a b"'), "a space"),
            (entry(url='"http://x/ü"'), "outside ASCII"),
            (entry(url='"ftp://x/"'), "expected an http or https address"),
            (entry(url='"/x"'), "expected an http or https address"),
            (entry(url='"http://x:port/"'), "expected an http or https address"),
            (entry(url='"http://[::1/"'), "expected an http or https address"),
            (entry(url='"http://{trip_id}/"'), "a trip cannot choose the host"),
            (entry(url='"http://user:pass@x/"'), "no user, password or fragment"),
            (entry(url='"http://x/#y"'), "no user, password or fragment"),
        ],
    )
    def test_each_is_named(self, text: str, words: str) -> None:
        """A mistake is told with its entry, its field and what to write instead."""
        assert words in problem(text).message

    def test_base_must_be_set(self) -> None:
        """An address that begins with {base} needs one."""
        with pytest.raises(ConfigurationError, match="no base address is set"):
            read_table(entry(url='"{base}/x"'))

    def test_circles(self) -> None:
        """Systems that wait for each other are named in a row."""
        a = entry(name='"a"', depends_on='["b"]')
        b = entry(name='"b"', depends_on='["a"]')
        assert re.search(r"a → b → a|b → a → b", problem(a + b).message)

    @pytest.mark.parametrize("key", ["countries", "lines_of_business"])
    def test_a_dependency_must_be_asked_wherever_it_is_needed(self, key: str) -> None:
        """A system for all trips cannot depend on one for some."""
        some = '["DE"]' if key == "countries" else '["rides"]'
        narrow = entry(name='"records"', provides='"trip"', **{key: some})
        assert f"is not asked for all {key}" in problem(narrow + entry(depends_on='["records"]')).message
        assert len(read_table(narrow + entry(depends_on='["records"]', **{key: some}))) == 2


class TestReady:
    TABLE = read_table(
        RECORDS
        + entry()
        + entry(name='"drivers"', provides='"driver"', depends_on='["records"]')
        + entry(name='"baskets"', lines_of_business='["delivery"]')
    )

    @pytest.mark.parametrize(
        ("known", "asked", "expected"),
        [
            ([], [], ["records", "fares"]),
            ([], ["fares"], ["records"]),
            (["records"], ["fares"], ["drivers"]),
            (["records", "fares", "drivers"], [], []),
        ],
    )
    def test_what_to_ask_now(self, known: list[str], asked: list[str], expected: list[str]) -> None:
        """Those that apply, are not asked yet, and have all that they need."""
        assert [system.name for system in ready(self.TABLE, RIDE, known, asked)] == expected


class TestBundledTable:
    TEXT = files("tripinvoice").joinpath("sample_money_systems.toml").read_text("utf-8")

    def test_it_is_valid_and_large(self) -> None:
        """The sample has thirty systems and more, of every kind."""
        table = read_table(self.TEXT, base=BASE)
        assert len(table) >= 30
        assert {system.provides for system in table} == set(Provides)

    def test_it_can_be_asked_to_the_end(self) -> None:
        """Asking what is ready until nothing is left asks every system that applies."""
        table = read_table(self.TEXT, base=BASE)
        known: list[str] = []
        while now := ready(table, RIDE, known):
            known.extend(system.name for system in now)
        assert sorted(known) == sorted(system.name for system in table if system.applies_to(RIDE))


class TestDocumentation:
    def test_every_key_is_explained(self) -> None:
        """docs/money-systems.md has a row for each key."""
        text = DOCS.read_text("utf-8")
        assert [key for key in vars(read_table(entry())[0]) if f"| `{key}` |" not in text] == []

    def test_every_kind_of_answer_is_explained(self) -> None:
        """docs/money-systems.md has a row for each kind of answer, with all its fields."""
        rows = dict(re.findall(r"^\| `(\w+)` \| (.*) \|$", DOCS.read_text("utf-8"), re.MULTILINE))
        missing = [
            (kind.value, name)
            for kind in Provides
            for name in (field_names(kind) or ())
            if f"`{name}`" not in rows.get(kind.value, "")
        ]
        assert missing == []
        assert {kind.value for kind in Provides} <= rows.keys()

    def test_the_example_is_read(self) -> None:
        """The table in docs/money-systems.md is valid."""
        example = re.findall(r"```toml\n(.*?)```", DOCS.read_text("utf-8"), re.DOTALL)[0]
        assert len(read_table(example)) == 3


def test_a_header_comes_from_the_environment() -> None:
    """A credential is named in the table and kept outside; it shows in no representation of the system."""
    text = _WITH_HEADERS.format(value="env:FARES_AUTHORIZATION")
    [system] = read_table(text, environ={"FARES_AUTHORIZATION": "Bearer abc"})
    assert (("Authorization", "Bearer abc"), ("X-Team", "invoices")) == system.headers
    assert "abc" not in repr(system)


@pytest.mark.parametrize("environ", [{}, {"FARES_AUTHORIZATION": ""}, {"FARES_AUTHORIZATION": "two\nlines"}])
def test_a_missing_credential_stops_the_program(environ: dict[str, str]) -> None:
    """The variable is named, its value is not shown."""
    with pytest.raises(ConfigurationError, match=r"fares: headers: the environment variable FARES_AUTHORIZATION"):
        read_table(_WITH_HEADERS.format(value="env:FARES_AUTHORIZATION"), environ=environ)


_WITH_HEADERS = """
[[system]]
name = "fares"
url = "https://fares.example.com/trips/{{trip_id}}"
provides = "charges"
headers = {{ Authorization = "{value}", X-Team = "invoices" }}
"""
