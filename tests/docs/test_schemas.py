"""docs/schemas says what the code says: real messages pass, and nothing else does."""

import json
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from jsonschema import Draft202012Validator

from tests import factories
from tests.docs import schemas
from tests.docs.reference import ROOT
from tests.golden.reading import INPUTS, documents_of
from tests.unit.compare.leaves import Steps, leaves_of
from tests.unit.compare.sides import at, drafts, put, without
from tripinvoice import canonical
from tripinvoice.compare.form import plain_of
from tripinvoice.contract import RESPONSE, Answered, Drafts, PreprocessRequest, PreprocessResponse, read_drafts
from tripinvoice.ports import ObjectRef

DIGEST = "ab" * 32
REF = ObjectRef(key=f"DE/delivery/2026/11/02/ab/{DIGEST}.zst", sha256=DIGEST, size=2_000, media_type="application/zstd")


def validator(name: str) -> Draft202012Validator:
    """Judges by the schema as it is in the file."""
    return Draft202012Validator(json.loads((ROOT / f"docs/schemas/{name}.schema.json").read_text("utf-8")))


ARCHIVED, REQUEST, RESPONDED = (validator(name) for name in ("drafts", "preprocess-request", "preprocess-response"))


def archived(of: list[Any] | None = None) -> dict[str, Any]:
    """What a candidate archives."""
    return {"schema": RESPONSE, "drafts": drafts() if of is None else of}


@pytest.mark.parametrize("name", schemas.FILES)
def test_the_file_is_up_to_date(name: str) -> None:
    """``python -m tests.docs.reference`` writes it anew."""
    assert (ROOT / name).read_text("utf-8") == schemas.text(schemas.FILES[name]())


@pytest.mark.parametrize("name", schemas.FILES)
def test_it_is_a_schema(name: str) -> None:
    """Of its dialect, and every reference in it leads somewhere."""
    schema = json.loads((ROOT / name).read_text("utf-8"))
    Draft202012Validator.check_schema(schema)
    references = {part["$ref"] for part in schemas._parts(schema) if "$ref" in part}
    assert references <= {f"#/$defs/{of}" for of in schema["$defs"]}


@pytest.mark.parametrize("path", INPUTS, ids=lambda path: f"{path.parent.name}/{path.stem}")
def test_the_drafts_of_every_golden_case_pass(path: Path) -> None:
    """All countries, credit notes too; by value in a response as well."""
    plain = plain_of([document.draft for document in documents_of(path)])
    ARCHIVED.validate(archived(plain))
    RESPONDED.validate({"schema": RESPONSE, "archived": None, "drafts": plain})


class TestRequest:
    def test_real_ones_pass(self) -> None:
        """By reference and by value."""
        for request in (PreprocessRequest(sources=REF), PreprocessRequest(evidence=factories.delivery_sources())):
            REQUEST.validate(canonical.plain(request))

    def test_older_and_newer_evidence_pass(self) -> None:
        """A field that was added since is absent in what is kept, and one that is added tomorrow is not refused."""
        request = canonical.plain(PreprocessRequest(evidence=factories.delivery_sources()))
        REQUEST.validate(without(request, ("evidence", "trip", "account")))
        REQUEST.validate(put(request, ("evidence", "trip", "tomorrow"), 5))

    @pytest.mark.parametrize(
        ("steps", "value"),
        [
            (("sources",), canonical.plain(REF)),
            (("evidence",), None),
            (("schema",), "tripinvoice.preprocess/2"),
            (("evidence", "trip", "product"), "boat"),
            (("evidence", "trip", "started_at"), "yesterday"),
            (("evidence", "trip", "trip_id"), 5),
            (("evidence", "answers"), None),
            (("evidence", "answers", 0, "body"), []),
        ],
    )
    def test_others_do_not(self, steps: Steps, value: Any) -> None:
        """Both or neither, another schema, another type."""
        request = canonical.plain(PreprocessRequest(evidence=factories.delivery_sources()))
        assert not REQUEST.is_valid(put(request, steps, value))


class TestResponse:
    def test_real_ones_pass(self) -> None:
        """By reference and by value."""
        for response in (PreprocessResponse(archived=REF), PreprocessResponse(drafts=read_drafts(drafts()))):
            RESPONDED.validate(canonical.plain(response))
            canonical.load(canonical.dump(response), Answered)

    @pytest.mark.parametrize(
        ("steps", "value"),
        [
            (("archived",), None),
            (("drafts",), drafts()),
            (("schema",), None),
            (("padding",), "x"),
            (("archived", "sha256"), DIGEST.upper()),
            (("archived", "key"), f"../{DIGEST}.zst"),
            (("archived", "size"), "2000"),
            (("archived", "size"), 2**22 + 1),
            (("archived", "media_type"), "application/json"),
        ],
    )
    def test_others_do_not(self, steps: Steps, value: Any) -> None:
        """Neither, both, more, or a reference to what is no archived object."""
        assert not RESPONDED.is_valid(put(canonical.plain(PreprocessResponse(archived=REF)), steps, value))


class TestDrafts:
    def test_what_we_write_passes(self) -> None:
        """As a candidate in Python would archive it; none is a list, too."""
        ARCHIVED.validate(canonical.plain(Drafts(drafts=read_drafts(drafts()))))
        ARCHIVED.validate(archived([]))

    @given(st.data())
    def test_without_any_field_it_does_not(self, data: st.DataObject) -> None:
        """Null is not absent."""
        steps = data.draw(st.sampled_from([steps for steps, _ in leaves_of(drafts()) if isinstance(steps[-1], str)]))
        assert not ARCHIVED.is_valid(archived(without(drafts(), steps)))

    @given(st.data())
    def test_with_a_field_too_many_it_does_not(self, data: st.DataObject) -> None:
        """In whatever object."""
        steps = data.draw(st.sampled_from([steps for steps, _ in leaves_of(drafts()) if isinstance(steps[-1], str)]))
        assert not ARCHIVED.is_valid(archived(put(drafts(), (*steps[:-1], "tomorrow"), 5)))

    @given(st.data())
    def test_with_another_type_anywhere_it_does_not(self, data: st.DataObject) -> None:
        """A boolean is no number, a number is no text."""
        steps, was = data.draw(st.sampled_from(list(leaves_of(drafts()))))
        others: list[Any] = [True, 7, 0.5, "?", [], {}]
        for value in others:
            other = not isinstance(value, type(was)) and not (
                was is None and isinstance(value, str | list | dict | int)
            )
            if other:
                assert not ARCHIVED.is_valid(archived(put(drafts(), steps, value)))

    @pytest.mark.parametrize(
        ("steps", "value"),
        [
            ((0, "totals", "net", "minor"), 1.5),
            ((0, "totals", "net", "currency"), "eur"),
            ((0, "currency"), "EURO"),
            ((0, "lines", 0, "tax_rate"), "7,0"),
            ((0, "lines", 0, "tax_rate"), "1e1"),
            ((0, "lines", 0, "quantity"), "01"),
            ((0, "journey", "started_at"), "2026-11-02 17:12:00"),
            ((0, "supply_date"), "2.11.2026"),
            ((0, "key", "revision"), 0),
            ((0, "issuer_mode"), "nobody"),
        ],
    )
    def test_values_that_are_written_otherwise_do_not(self, steps: Steps, value: Any) -> None:
        """The ways in which other languages like to write them."""
        assert type(at(drafts(), steps)) is type(value) or value == 1.5
        assert not ARCHIVED.is_valid(archived(put(drafts(), steps, value)))

    @given(st.data())
    def test_what_passes_can_be_read(self, data: st.DataObject) -> None:
        """The schema is as strict as the reader, but for what it cannot say: that 5.0 is not written as 5."""
        steps, _ = data.draw(st.sampled_from(list(leaves_of(drafts()))))
        value: Any = data.draw(st.sampled_from([None, True, 7, -1, 0.5, "", "x", "7.00", "EUR", [], {}]))
        changed = put(drafts(), steps, value)
        if ARCHIVED.is_valid(archived(changed)):
            assert len(read_drafts(changed)) == 2
