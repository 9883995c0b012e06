"""Every document store: bytes go in once, come back the same, and are found by reference only."""

import threading
from dataclasses import replace
from datetime import date, timedelta
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from tests.contract import racing
from tests.contract.stores import SHELF, DocumentsOpener
from tripinvoice.errors import ConflictError, DocumentError, NotFoundError, PermanentError
from tripinvoice.ports import DocumentStore, ObjectRef, Shelf

PDF = "application/pdf"
# sha256 of b"%PDF-1.7 example", from `printf '%s' '%PDF-1.7 example' | sha256sum`
EXAMPLE = b"%PDF-1.7 example"
EXAMPLE_SHA256 = "7b90830743ea12df73f6631d1437ab6d80f6f972b642bb6dc6bfda3c203fcc0f"


def test_the_reference_says_what_and_where(documents: DocumentStore) -> None:
    """Key, hash, size and media type; the key holds nothing but sort and hash."""
    expected = ObjectRef(
        key=f"GB/rides/2026/03/29/{EXAMPLE_SHA256[:2]}/{EXAMPLE_SHA256}.pdf",
        sha256=EXAMPLE_SHA256,
        size=16,
        media_type=PDF,
    )
    assert expected == documents.put(EXAMPLE, PDF, SHELF)


@given(content=st.binary(max_size=300), media_type=st.sampled_from([PDF, "application/json", "application/zstd"]))
@settings(deadline=None, max_examples=40, suppress_health_check=[HealthCheck.function_scoped_fixture])
def test_any_bytes_come_back(documents: DocumentStore, content: bytes, media_type: str) -> None:
    """None at all, too; putting them again gives the same reference."""
    ref = documents.put(content, media_type, SHELF)
    assert (content, ref) == (documents.get(ref), documents.put(content, media_type, SHELF))


def test_a_large_object_comes_back(documents: DocumentStore) -> None:
    """Eight megabytes."""
    content = bytes(range(256)) * 32_768
    assert content == documents.get(documents.put(content, "application/zstd", SHELF))


@pytest.mark.parametrize("size", [0, 1, 3_000_000])
def test_an_object_is_streamed(documents: DocumentStore, size: int) -> None:
    """The pieces are the whole, in order."""
    content = (bytes(range(251)) * (size // 251 + 1))[:size]
    assert content == b"".join(documents.stream(documents.put(content, "application/zstd", SHELF)))


def test_the_same_bytes_may_lie_on_several_shelves(documents: DocumentStore) -> None:
    """Each has a reference of its own, which knows its shelf."""
    other = Shelf(country="DE", line_of_business="delivery", day=date(2025, 12, 31))
    refs = [documents.put(EXAMPLE, PDF, shelf) for shelf in (SHELF, other)]
    assert [SHELF, other] == [ref.shelf for ref in refs]
    assert ([EXAMPLE, EXAMPLE], 2) == ([documents.get(ref) for ref in refs], documents.count(PDF))


def test_a_link_is_a_url_or_none(documents: DocumentStore) -> None:
    """A folder has none. A URL names the object and carries the name of the download."""
    ref = documents.put(EXAMPLE, PDF, SHELF)
    link = documents.link(ref, "invoice-1.pdf", timedelta(minutes=1))
    assert (link is None) == documents.location(ref).startswith("/")
    if link is not None:
        assert link.startswith("http")
        assert [ref.key in link, "invoice-1.pdf" in link] == [True, True]


def test_objects_are_counted_by_media_type(documents: DocumentStore) -> None:
    """The same bytes count once for each type."""
    for content in (b"1", b"2", b"2"):
        documents.put(content, PDF, SHELF)
    documents.put(b"1", "application/json", SHELF)
    assert [documents.count(kind) for kind in (PDF, "application/json", "application/zstd")] == [2, 1, 0]


@pytest.mark.parametrize("media_type", ["", "../pdf", "application/PDF", "application/x-unknown", "pdf"])
def test_an_unknown_media_type_is_refused(documents: DocumentStore, media_type: str) -> None:
    """Nothing is stored, and the error does not repeat it."""
    with pytest.raises(DocumentError) as caught:
        documents.put(b"1", media_type, SHELF)
    assert not media_type or media_type not in caught.value.message.replace("media_type", "")


def test_an_absent_object_is_not_found(documents: DocumentStore) -> None:
    """With a reference that is in order."""
    ref = documents.put(b"1", PDF, SHELF)
    other = "f" * 64
    absent = replace(ref, key=f"{SHELF}/ff/{other}.pdf", sha256=other)
    for ask in (documents.get, lambda ref: list(documents.stream(ref))):
        with pytest.raises(NotFoundError):
            ask(absent)


@pytest.mark.parametrize(
    "forged",
    [
        {"key": "../../etc/passwd"},
        {"key": "/etc/passwd"},
        {"key": f"{SHELF}/{EXAMPLE_SHA256[:2]}/../{EXAMPLE_SHA256[:2]}/{EXAMPLE_SHA256}.pdf"},
        {"key": f"../../../03/29/{EXAMPLE_SHA256[:2]}/{EXAMPLE_SHA256}.pdf"},
        {"key": f"{SHELF}/{EXAMPLE_SHA256[:2]}/{EXAMPLE_SHA256}.json"},
        {"key": f"{SHELF}/{EXAMPLE_SHA256[:2]}/{EXAMPLE_SHA256}.pdf\n"},
        {"sha256": "0" * 64},
        {"sha256": EXAMPLE_SHA256.upper()},
        {"sha256": "../../../x", "key": "pdf/../../../../x.pdf"},
        {"media_type": "application/json"},
        {"media_type": "application/x-unknown"},
    ],
    ids=[
        *("key climbs", "key is absolute", "key detours", "shelf climbs", "key of another type", "key with a newline"),
        *("another hash", "hash in capitals", "hash climbs", "another type", "unknown type"),
    ],
)
def test_a_forged_reference_is_refused(documents: DocumentStore, forged: dict[str, str]) -> None:
    """Reading, locating and linking alike, before the store is touched."""
    ref = documents.put(EXAMPLE, PDF, SHELF)

    def link(ref: ObjectRef) -> object:
        return documents.link(ref, "a.pdf", timedelta(minutes=1))

    for refuse in (documents.get, lambda ref: list(documents.stream(ref)), documents.location, link):
        with pytest.raises(PermanentError):
            refuse(replace(ref, **forged))  # type: ignore[arg-type]


def test_a_wrong_size_is_a_conflict(documents: DocumentStore) -> None:
    """The reference and the object disagree."""
    ref = documents.put(EXAMPLE, PDF, SHELF)
    for size in (0, 15, 17):
        for ask in (documents.get, lambda ref: list(documents.stream(ref))):
            with pytest.raises(ConflictError):
                ask(replace(ref, size=size))


def test_the_location_ends_with_the_key(documents: DocumentStore) -> None:
    """It is what a person opens."""
    ref = documents.put(EXAMPLE, PDF, SHELF)
    assert documents.location(ref).endswith(ref.key)


def test_documents_outlive_the_process(open_documents: DocumentsOpener, tmp_path: Path) -> None:
    """Opened again, they are there."""
    with open_documents(tmp_path) as store:
        ref = store.put(EXAMPLE, PDF, SHELF)
    with open_documents(tmp_path) as store:
        assert (store.get(ref), store.count(PDF)) == (EXAMPLE, 1)


def test_threads_may_put_the_same_object(documents: DocumentStore) -> None:
    """All get the same reference, and there is one object."""
    refs: list[ObjectRef] = []
    threads = [
        threading.Thread(target=lambda: refs.append(documents.put(EXAMPLE * 50_000, PDF, SHELF))) for _ in range(8)
    ]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert (len(refs), len(set(refs)), documents.count(PDF)) == (8, 1, 1)


def test_processes_may_put_the_same_objects(open_documents: DocumentsOpener, tmp_path: Path) -> None:
    """Four at once, the same twenty documents: twenty are stored, and each is whole."""
    contents = [f"document {i}".encode() * 5_000 for i in range(20)]
    start = racing.barrier(4)
    with racing.processes(*((racing.put_these, open_documents, tmp_path, start, contents) for _ in range(4))) as all4:
        codes = racing.join(all4)
    with open_documents(tmp_path) as store:
        assert (codes, store.count(PDF)) == ([0] * 4, 20)
        assert contents == [store.get(store.put(content, PDF, SHELF)) for content in contents]


@pytest.mark.parametrize("lines", [1, 4, 9])
def test_a_killed_writer_leaves_only_whole_objects(open_documents: DocumentsOpener, tmp_path: Path, lines: int) -> None:
    """All that it said were stored are there and whole; at most one more is, which it had no time to tell."""
    log = tmp_path / "put.log"
    with racing.processes((racing.put_for_ever, open_documents, tmp_path, lines, log)) as (writer,):
        racing.kill_after(writer, log, lines)
    with open_documents(tmp_path) as store:
        told = racing.logged_refs(log)
        assert [ref.size for ref in told] == [len(store.get(ref)) for ref in told]
        assert lines <= len(told) <= store.count(PDF) <= len(told) + 1
