"""The preprocess contract: what a second implementation may answer, and everything that is refused."""

import json
from datetime import date
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests import factories
from tests.unit.compare.leaves import Steps, leaves_of
from tests.unit.compare.sides import drafts, put, without
from tripinvoice import archive, canonical, contract
from tripinvoice.adapters.documents_folder import FolderDocumentStore
from tripinvoice.compare.form import plain_of
from tripinvoice.contract import (
    MAX_ARCHIVED,
    MAX_DRAFTS,
    RESPONSE,
    Answered,
    Drafts,
    PreprocessRequest,
    PreprocessResponse,
    plain_drafts,
    read_drafts,
    task_queue,
)
from tripinvoice.errors import CandidateError, ConflictError, NotFoundError
from tripinvoice.ports import ObjectRef, Shelf

SHELF = Shelf(country="DE", line_of_business="delivery", day=date(2026, 11, 2))


@pytest.fixture
def documents(tmp_path: Path) -> FolderDocumentStore:
    return FolderDocumentStore(tmp_path)


def put_bytes(documents: FolderDocumentStore, content: bytes) -> Answered:
    """A response that refers to these bytes."""
    ref = documents.put(content, archive.MEDIA_TYPE, SHELF)
    return Answered(archived=ref, schema=RESPONSE)


def put_value(documents: FolderDocumentStore, value: Any) -> Answered:
    """A response that refers to this JSON."""
    return put_bytes(documents, archive.pack(json.dumps(value).encode()))


class TestNames:
    @pytest.mark.parametrize("name", ["go", "g", "go-2", "a" + "b" * 30])
    def test_a_candidate_has_a_task_queue(self, name: str) -> None:
        """Of its own."""
        assert task_queue(name) == f"tripinvoice-candidate-{name}"

    @pytest.mark.parametrize("name", ["", "Go", "2go", "-go", "go_2", "go 2", "gö", "a" * 32, "go\n"])
    def test_what_none_is_called(self, name: str) -> None:
        """The message says what it takes and does not repeat it."""
        with pytest.raises(CandidateError, match=r"^candidate: takes 1 to 31 small letters") as caught:
            task_queue(name)
        assert caught.value.field == "candidate"


class TestMessages:
    def test_a_request_is_read_back(self) -> None:
        """By reference and by value; whoever leaves the empty one out says the same."""
        by_value = PreprocessRequest(evidence=factories.sources())
        assert canonical.load(canonical.dump(by_value), PreprocessRequest) == by_value
        plain = canonical.plain(by_value)
        del plain["sources"]
        assert canonical.load(json.dumps(plain).encode(), PreprocessRequest) == by_value
        assert plain["schema"] == "tripinvoice.preprocess/1"

    def test_a_response_is_read_as_it_came(self) -> None:
        """Its drafts stay plain JSON, because they must be compared as they are."""
        made = tuple(read_drafts(drafts()))
        sent = canonical.dump(PreprocessResponse(drafts=made))
        answered = canonical.load(sent, Answered)
        assert (list(answered.drafts or ()), answered.archived, answered.schema) == (drafts(), None, RESPONSE)

    def test_a_response_has_not_more_drafts_than_any_trip(self) -> None:
        """By value, too."""
        with pytest.raises(ConflictError):
            canonical.load(json.dumps({"schema": RESPONSE, "drafts": [{}] * (MAX_DRAFTS + 1)}).encode(), Answered)


class TestArchived:
    def test_drafts_come_back_as_they_are(self, documents: FolderDocumentStore) -> None:
        """Also those that are none of ours: a null, an absent field, a field too many."""
        sent = [*drafts(), {"odd": None, "number": 1.0}]
        found = plain_drafts(put_value(documents, {"schema": RESPONSE, "drafts": sent, "more": 1}), documents)
        assert json.dumps(found) == json.dumps(sent)

    def test_what_we_archive_is_such_an_object(self, documents: FolderDocumentStore) -> None:
        """A candidate in Python needs nothing but these types."""
        ref = archive.keep(Drafts(drafts=read_drafts(drafts())), documents, SHELF)
        assert plain_drafts(Answered(archived=ref, schema=RESPONSE), documents) == drafts()

    @pytest.mark.parametrize(
        "answered",
        [
            Answered(),
            Answered(schema=RESPONSE),
            Answered(schema=RESPONSE, drafts=()),
            Answered(schema="tripinvoice.drafts/2", archived=ObjectRef(key="", sha256="", size=1, media_type="")),
            Answered(
                schema=RESPONSE, drafts=(), archived=ObjectRef(key="", sha256="", size=1, media_type="application/zstd")
            ),
        ],
    )
    def test_what_is_no_answer_by_reference(self, documents: FolderDocumentStore, answered: Answered) -> None:
        """Asked by reference it answers by reference: a history holds no personal data."""
        with pytest.raises(CandidateError, match=r"^response: needs schema"):
            plain_drafts(answered, documents)

    @pytest.mark.parametrize(
        "value",
        [
            {},
            {"schema": RESPONSE},
            {"schema": RESPONSE, "drafts": {}},
            {"schema": RESPONSE, "drafts": [5]},
            {"schema": RESPONSE, "drafts": [{}] * (MAX_DRAFTS + 1)},
            {"schema": "tripinvoice.drafts/2", "drafts": []},
            {"drafts": []},
        ],
    )
    def test_an_object_that_is_another(self, documents: FolderDocumentStore, value: Any) -> None:
        """Its schema and its list are looked at."""
        with pytest.raises(CandidateError, match=r"^archived: the object needs schema"):
            plain_drafts(put_value(documents, value), documents)

    @pytest.mark.parametrize(
        ("text", "message"),
        [
            (b"[]", "archived: expected a JSON object, found a list of 0"),
            (b"{", "archived: not JSON"),
            (b"\xff", "archived: not UTF-8"),
            (b'{"schema":"tripinvoice.drafts/1","drafts":[{"a":NaN}]}', "archived: NaN and Infinity are not JSON"),
            (b'{"schema":"tripinvoice.drafts/1","drafts":[],"drafts":[{}]}', "archived: an object has one key twice"),
            (b'{"drafts":' + b"[" * 40 + b"]" * 40 + b"}", "archived: nested deeper than 32 levels"),
            (b'{"a":"' + b"x" * MAX_ARCHIVED + b'"}', f"archived: {MAX_ARCHIVED + 8} bytes unpacked; at most"),
        ],
    )
    def test_what_is_not_quite_json(self, documents: FolderDocumentStore, text: bytes, message: str) -> None:
        """It is refused before anybody has to compare it."""
        with pytest.raises(CandidateError) as caught:
            plain_drafts(put_bytes(documents, archive.pack(text)), documents)
        assert caught.value.message.startswith(message)
        assert caught.value.field == "archived"

    def test_bytes_that_are_no_frame(self, documents: FolderDocumentStore) -> None:
        """JSON that nobody compressed, for one."""
        with pytest.raises(
            CandidateError, match=r"^archived: refers to another object than it says, or to one that is no Zstandard"
        ):
            plain_drafts(put_bytes(documents, b'{"schema":"tripinvoice.drafts/1","drafts":[]}'), documents)

    def test_too_large_to_be_read(self, documents: FolderDocumentStore) -> None:
        """By its own word; nothing is read then."""
        ref = ObjectRef(key="x", sha256="x", size=MAX_ARCHIVED + 1, media_type="x")
        with pytest.raises(CandidateError, match=rf"^archived: {MAX_ARCHIVED + 1} bytes; at most {MAX_ARCHIVED}"):
            plain_drafts(Answered(archived=ref, schema=RESPONSE), documents)

    def test_references_to_nothing_and_to_other_things(self, documents: FolderDocumentStore) -> None:
        """What is not there may come yet; what is another is a mistake."""
        digest = "0" * 64
        nothing = ObjectRef(
            key=f"{SHELF}/{digest[:2]}/{digest}.zst", sha256=digest, size=1, media_type=archive.MEDIA_TYPE
        )
        with pytest.raises(NotFoundError):
            plain_drafts(Answered(archived=nothing, schema=RESPONSE), documents)
        forged = ObjectRef(key="../../etc/passwd", sha256=digest, size=1, media_type=archive.MEDIA_TYPE)
        with pytest.raises(CandidateError, match=r"^archived: refers to another object"):
            plain_drafts(Answered(archived=forged, schema=RESPONSE), documents)


class TestReading:
    def test_they_are_drafts(self) -> None:
        """Ours, when they are ours; however a number or time is written."""
        assert plain_of(read_drafts(drafts())) == drafts()
        written = put(drafts(), (0, "lines", 0, "tax_rate"), "7.00")
        assert read_drafts(put(written, (0, "journey", "started_at"), "2026-11-02T17:12:00+00:00"))
        assert read_drafts([]) == ()

    @pytest.mark.parametrize(
        ("steps", "value", "field"),
        [
            ((1, "totals", "net", "minor"), "251", "drafts.1.totals.net.minor"),
            ((1, "totals", "net", "minor"), True, "drafts.1.totals.net.minor"),
            ((1, "totals", "net", "minor"), 251.0, "drafts.1.totals.net.minor"),
            ((0, "simplified"), "yes", "drafts.0.simplified"),
            ((0, "simplified"), 1, "drafts.0.simplified"),
            ((0, "lines", 0, "tax_rate"), 7, "drafts.0.lines.0.tax_rate"),
            ((0, "supply_date"), "2026-11-02T00:00:00", "drafts.0.supply_date"),
            ((0, "totals", "Erika"), 5, "drafts.0.totals.?"),
            ((0, "account_reference"), "x", "drafts.0.?"),
        ],
    )
    def test_what_reading_would_mend_is_refused(self, steps: Steps, value: Any, field: str) -> None:
        """A document must not rest on what its reader made of it; a name of the candidate's own is not repeated."""
        with pytest.raises(CandidateError, match=r"does not fit the contract") as caught:
            read_drafts(put(drafts(), steps, value))
        assert caught.value.field == field

    @pytest.mark.parametrize(
        ("steps", "value"),
        [
            ((0, "totals", "net", "currency"), "eur"),
            ((0, "totals", "net", "minor"), 1.5),
            ((0, "totals", "net"), None),
            ((0, "key", "contract"), "Erika"),
            ((0, "issuer_mode"), "nobody"),
            ((0, "lines"), {}),
        ],
    )
    def test_what_cannot_be_read_is_refused(self, steps: Steps, value: Any) -> None:
        """By the list as a whole."""
        with pytest.raises(CandidateError, match=r"^drafts: does not fit the contract") as caught:
            read_drafts(put(drafts(), steps, value))
        assert caught.value.field == "drafts"

    @given(st.data())
    def test_every_field_is_needed(self, data: st.DataObject) -> None:
        """Also one that is null, or has a usual value."""
        fields = [steps for steps, _ in leaves_of(drafts()) if isinstance(steps[-1], str)]
        with pytest.raises(CandidateError):
            read_drafts(without(drafts(), data.draw(st.sampled_from(fields))))


def test_the_limits_are_told() -> None:
    """They are in the schemas, and whoever writes a candidate relies on them."""
    assert (contract.ACTIVITY, MAX_DRAFTS, MAX_ARCHIVED) == ("preprocess", 100, 4_194_304)
