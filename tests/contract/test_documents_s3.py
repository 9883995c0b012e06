"""What only S3 promises: nothing is ever overwritten, what is there is believed by its bytes, objects are retained."""

import hashlib
import io
import threading
import urllib.error
import urllib.request
from collections.abc import Callable, Iterator
from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from pathlib import Path

import pytest
from minio import Minio
from minio.error import S3Error

from tests.contract import s3
from tests.contract.stores import SHELF
from tripinvoice.adapters.documents_s3 import S3DocumentStore
from tripinvoice.adapters.s3_buckets import S3Buckets
from tripinvoice.adapters.s3_place import S3Place
from tripinvoice.errors import ConflictError, DocumentError, NotFoundError
from tripinvoice.ports import ObjectRef

pytestmark = [pytest.mark.xdist_group("documents-s3"), pytest.mark.usefixtures("s3_server")]

PDF = "application/pdf"
PIECES = 200_000


NOON = datetime(2026, 11, 23, 12, tzinfo=UTC)


class Stopped:
    """A clock that stands."""

    def __init__(self, at: datetime) -> None:
        self.at = at

    def now(self) -> datetime:
        """Then."""
        return self.at


Opener = Callable[..., S3DocumentStore]


@pytest.fixture
def place(tmp_path: Path) -> S3Place:
    """A bucket of the test's own, which is there."""
    made = s3.s3_place(s3.bucket_of(tmp_path))
    s3.apply(made)
    return made


@pytest.fixture
def opened(place: S3Place) -> Iterator[Opener]:
    """Opens a store; with which settings, and at what time, the test says."""
    made: list[S3DocumentStore] = []

    def open_(at: datetime = NOON, **options: object) -> S3DocumentStore:
        made.append(S3DocumentStore(replace(place, **options), Stopped(at)))  # type: ignore[arg-type]
        return made[-1]

    yield open_
    for store in made:
        store.close()


@pytest.fixture
def store(opened: Opener) -> S3DocumentStore:
    return opened()


@pytest.fixture
def client(place: S3Place) -> Minio:
    """Somebody else, who may do everything."""
    return s3.client(place)


def overwrite(client: Minio, place: S3Place, ref: ObjectRef, content: bytes, **metadata: str) -> None:
    """What we never do."""
    client.put_object(place.bucket, ref.key, io.BytesIO(content), len(content), metadata={**metadata})


def versions(client: Minio, place: S3Place) -> int:
    return sum(1 for _ in client.list_objects(place.bucket, recursive=True, include_version=True))


# --- created, never overwritten ------------------------------------------------------------------------------------


def test_an_object_says_what_it_is(store: S3DocumentStore, place: S3Place, client: Minio) -> None:
    """Its media type for browsers, its hash for people, its checksum as the store has computed it."""
    ref = store.put(b"one", PDF, SHELF)
    found = client.stat_object(place.bucket, ref.key, extra_headers={"x-amz-checksum-mode": "ENABLED"})
    assert found.metadata is not None
    assert (PDF, ref.sha256) == (found.content_type, found.metadata["x-amz-meta-sha256"])
    assert s3.base64_of(hashlib.sha256(b"one").digest()) == found.metadata["x-amz-checksum-sha256"]


@pytest.mark.parametrize("content", [b"", b"one", b"x" * 6_000_000], ids=["empty", "small", "larger than a part"])
def test_the_same_bytes_are_written_once(store: S3DocumentStore, place: S3Place, client: Minio, content: bytes) -> None:
    """The bucket keeps versions, and there is one."""
    refs = {store.put(content, PDF, SHELF) for _ in range(3)}
    assert (1, 1) == (len(refs), versions(client, place))


def test_writers_at_the_same_moment_write_once(opened: Opener, place: S3Place, client: Minio) -> None:
    """Eight, each with a client of its own: all are told the same, and there is one version."""
    barrier, refs = threading.Barrier(8), []

    def put(store: S3DocumentStore) -> None:
        barrier.wait(30)
        refs.append(store.put(b"one" * 100_000, PDF, SHELF))

    threads = [threading.Thread(target=put, args=(opened(),)) for _ in range(8)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert (8, 1, 1) == (len(refs), len(set(refs)), versions(client, place))


@pytest.mark.parametrize("other", [b"two", b"longer", b""])
def test_other_bytes_under_the_name_are_an_alarm(
    store: S3DocumentStore, place: S3Place, client: Minio, other: bytes
) -> None:
    """Whether read or put again; also when their metadata claims that they are ours. They stay, to be looked at."""
    ref = store.put(b"one", PDF, SHELF)
    overwrite(client, place, ref, other, sha256=ref.sha256)
    for ask in (lambda: store.get(ref), lambda: list(store.stream(ref)), lambda: store.put(b"one", PDF, SHELF)):
        with pytest.raises(ConflictError, match="backup"):
            ask()
    assert other == client.get_object(place.bucket, ref.key).data


def test_other_bytes_with_a_checksum_are_an_alarm(store: S3DocumentStore, place: S3Place, client: Minio) -> None:
    """The store has computed it, so it need not be read."""
    ref = store.put(b"one", PDF, SHELF)
    checksum = s3.base64_of(hashlib.sha256(b"two").digest())
    overwrite(client, place, ref, b"two", **{"x-amz-checksum-sha256": checksum})
    with pytest.raises(ConflictError, match="backup"):
        store.put(b"one", PDF, SHELF)


def test_an_object_that_another_tool_has_copied_is_ours_by_its_bytes(
    store: S3DocumentStore, place: S3Place, client: Minio
) -> None:
    """Without checksum and metadata, as after a move from a folder."""
    ref = store.put(b"one", PDF, SHELF)
    overwrite(client, place, ref, b"one")
    assert (ref, b"one") == (store.put(b"one", PDF, SHELF), store.get(ref))


def test_a_removed_object_can_be_put_again(store: S3DocumentStore, place: S3Place, client: Minio) -> None:
    """Making the document again from its sources mends the store."""
    ref = store.put(b"one", PDF, SHELF)
    client.remove_object(place.bucket, ref.key)
    with pytest.raises(NotFoundError, match=place.bucket):
        store.get(ref)
    assert (ref, b"one") == (store.put(b"one", PDF, SHELF), store.get(ref))


# --- reading -------------------------------------------------------------------------------------------------------


def test_a_large_object_is_streamed_in_pieces(store: S3DocumentStore) -> None:
    """None of them is the whole."""
    content = bytes(range(256)) * 4_096
    pieces = list(store.stream(store.put(content, PDF, SHELF)))
    assert content == b"".join(pieces)
    assert max(map(len, pieces)) <= PIECES


def test_no_more_is_read_than_the_reference_says(store: S3DocumentStore, place: S3Place, client: Minio) -> None:
    """Whoever made an object larger does not fill our memory."""
    ref = store.put(b"one", PDF, SHELF)
    overwrite(client, place, ref, b"x" * 20_000_000)
    read: list[bytes] = []
    with pytest.raises(ConflictError):
        read.extend(store.stream(ref))
    assert sum(map(len, read)) <= len(b"one")


def test_a_stream_may_be_left(store: S3DocumentStore) -> None:
    """The next call works."""
    ref = store.put(b"x" * 1_000_000, PDF, SHELF)
    for _ in range(3):
        next(iter(store.stream(ref)))
    assert 1_000_000 == len(store.get(ref))


# --- buckets by country and year -----------------------------------------------------------------------------------


def test_a_bucket_goes_by_country_and_year(opened: Opener, place: S3Place) -> None:
    """Each object in its own; counting looks into all of them and into no others."""
    named = replace(place, bucket=f"{place.bucket}-{{country}}-{{year}}")
    store = opened(bucket=named.bucket)
    shelves = [
        replace(SHELF, country=country, day=date(year, 12, 31)) for country in ("GB", "DE") for year in (2025, 2026)
    ]
    for shelf in shelves:
        s3.apply(named, shelf.country, shelf.day.year)
    s3.apply(replace(place, bucket=f"{place.bucket}-other"))
    refs = [store.put(b"one", PDF, shelf) for shelf in shelves]
    expected = [
        f"s3://{place.bucket}-{name}/{ref.key}"
        for name, ref in zip(("gb-2025", "gb-2026", "de-2025", "de-2026"), refs, strict=True)
    ]
    assert expected == [store.location(ref) for ref in refs]
    assert ([b"one"] * 4, 4) == ([store.get(ref) for ref in refs], store.count(PDF))


# --- retention -----------------------------------------------------------------------------------------------------

RETAINED = {"retention_years": 10, "retention_mode": "GOVERNANCE"}


@pytest.fixture
def locked(opened: Opener, place: S3Place) -> Opener:
    """The same with a bucket that has object lock."""
    name = f"{place.bucket}-locked"
    s3.apply(replace(place, bucket=name, retention_years=1))
    return lambda *given, **options: opened(*given, bucket=name, **{**RETAINED, **options})


@pytest.mark.parametrize(
    ("stored", "until"),
    [
        (datetime(2026, 11, 23, tzinfo=UTC), 2037),
        (datetime(2026, 12, 31, 11, tzinfo=UTC), 2038),  # it is next year already, somewhere
        (datetime(2027, 1, 15, tzinfo=UTC), 2038),  # parked over New Year: the document is of the new year
        (datetime(2025, 6, 1, tzinfo=UTC), 2037),  # a clock that is wrong shortens nothing
    ],
)
def test_an_object_is_retained_from_the_end_of_its_year(
    locked: Opener, client: Minio, stored: datetime, until: int
) -> None:
    """Ten years, in every time zone."""
    store = locked(stored)
    ref = store.put(b"one", PDF, SHELF)
    bucket = store.location(ref).split("/")[2]
    kept = client.get_object_retention(bucket, ref.key)
    assert kept is not None
    assert ("GOVERNANCE", datetime(until, 1, 2, tzinfo=UTC)) == (kept.mode, kept.retain_until_date)


def test_a_retained_object_cannot_be_deleted_and_can_be_put_again(locked: Opener, client: Minio) -> None:
    """By its version, which is what a deletion would be; and nobody shortens the time without the permission."""
    store = locked()
    ref = store.put(b"one", PDF, SHELF)
    bucket = store.location(ref).split("/")[2]
    version = client.stat_object(bucket, ref.key).version_id
    with pytest.raises(S3Error, match="WORM"):
        client.remove_object(bucket, ref.key, version_id=version)
    assert (ref, b"one") == (store.put(b"one", PDF, SHELF), store.get(ref))


# --- links ---------------------------------------------------------------------------------------------------------

MINUTE = timedelta(minutes=1)


def test_a_link_downloads_the_object_under_its_name(store: S3DocumentStore) -> None:
    """Whoever has it, without credentials; the type is the object's."""
    url = store.link(store.put(b"%PDF", PDF, SHELF), "Rechnung Ä-1.pdf", MINUTE)
    with urllib.request.urlopen(url, timeout=30) as answer:  # noqa: S310 - the store's
        headers = answer.headers
        assert b"%PDF" == answer.read()
    assert PDF == headers["Content-Type"]
    expected = "attachment; filename=\"Rechnung _-1.pdf\"; filename*=UTF-8''Rechnung%20%C3%84-1.pdf"
    assert expected == headers["Content-Disposition"]


@pytest.mark.parametrize("wrong", ["signature", "name", "object"])
def test_a_link_that_was_changed_is_refused(store: S3DocumentStore, wrong: str) -> None:
    """Its signature covers all of it."""
    one, two = store.put(b"one", PDF, SHELF), store.put(b"two", PDF, SHELF)
    url = store.link(one, "a.pdf", MINUTE)
    changed = {
        "signature": url[:-4] + "0000",
        "name": url.replace("a.pdf", "b.pdf"),
        "object": url.replace(one.key, two.key),
    }[wrong]
    assert changed != url
    with pytest.raises(urllib.error.HTTPError) as caught:
        urllib.request.urlopen(changed, timeout=30)  # noqa: S310
    with caught.value:
        assert 403 == caught.value.code


def test_a_link_ends(store: S3DocumentStore) -> None:
    """After the time for which it was made."""
    url = store.link(store.put(b"one", PDF, SHELF), "a.pdf", timedelta(seconds=1))
    refused = s3.until_refused(url)
    assert 403 == refused


@pytest.mark.parametrize("valid", [timedelta(0), timedelta(days=-1), timedelta(days=7, seconds=1)])
def test_a_link_is_valid_for_a_week_at_most(store: S3DocumentStore, valid: timedelta) -> None:
    """S3 has no longer ones."""
    with pytest.raises(DocumentError, match="seven days"):
        store.link(store.put(b"one", PDF, SHELF), "a.pdf", valid)


def test_a_location_has_no_signature(store: S3DocumentStore, place: S3Place) -> None:
    """It is what S3 tools take, and no secret."""
    ref = store.put(b"one", PDF, SHELF)
    assert f"s3://{place.bucket}/{ref.key}" == store.location(ref)


# --- buckets -------------------------------------------------------------------------------------------------------


@pytest.fixture
def buckets(place: S3Place) -> Iterator[Callable[..., S3Buckets]]:
    made: list[S3Buckets] = []

    def open_(**options: object) -> S3Buckets:
        made.append(S3Buckets(replace(place, **options)))  # type: ignore[arg-type]
        return made[-1]

    yield open_
    for one in made:
        one.close()


@pytest.mark.parametrize(("years", "locked"), [(0, False), (10, True)])
def test_a_bucket_is_made_once(buckets: Callable[..., S3Buckets], place: S3Place, years: int, *, locked: bool) -> None:
    """With versions always, with object lock where objects are retained. The second time it is only looked at."""
    asked = buckets(bucket=f"{place.bucket}-{years}", retention_years=years)
    first, second = asked.apply("GB", 2026), asked.apply("GB", 2026)
    assert (True, False) == (first.created, second.created)
    for found in (first, second):
        assert (True, locked, True) == (found.versioned, found.locked, found.sufficient)


def test_a_bucket_without_lock_is_told(buckets: Callable[..., S3Buckets], place: S3Place, client: Minio) -> None:
    """It was there before retention was; it is not changed."""
    client.make_bucket(f"{place.bucket}-old")
    found = buckets(bucket=f"{place.bucket}-old", retention_years=1).apply("GB", 2026)
    assert (False, False, False, False) == (found.created, found.versioned, found.locked, found.sufficient)


def test_those_that_are_there_are_found(buckets: Callable[..., S3Buckets], place: S3Place) -> None:
    """By the pattern of their names."""
    asked = buckets(bucket=f"{place.bucket}-{{country}}-{{year}}")
    asked.apply("DE", 2026)
    asked.apply("GB", 2025)
    assert [f"{place.bucket}-de-2026", f"{place.bucket}-gb-2025"] == [found.name for found in asked.present()]
