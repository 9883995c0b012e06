"""An S3 store that is away, busy, broken or set up wrongly: who can mend it is told, secrets and URLs are not."""

import contextlib
import hashlib
import json
import socket
from collections.abc import Callable, Iterator
from contextlib import closing
from dataclasses import replace
from datetime import timedelta
from pathlib import Path

import pytest
from minio.credentials.providers import StaticProvider
from minio.minioadmin import MinioAdmin

from tests.contract import s3
from tests.contract.s3_stub import Answer, Stub, refusal, stub
from tests.contract.stores import SHELF
from tests.servers.fixtures import or_missing
from tests.servers.minio import Minio
from tripinvoice.adapters.clock import SystemClock
from tripinvoice.adapters.documents_s3 import S3DocumentStore
from tripinvoice.adapters.s3_buckets import S3Buckets
from tripinvoice.adapters.s3_place import S3Place
from tripinvoice.errors import (
    ConfigurationError,
    ConflictError,
    NotFoundError,
    StoreUnavailableError,
    TripInvoiceError,
)
from tripinvoice.ports import ObjectRef

pytestmark = [pytest.mark.xdist_group("documents-s3"), pytest.mark.usefixtures("s3_server")]

PDF = "application/pdf"
SECRET = "do-not-tell-me"  # noqa: S105 - it is looked for in error texts
ONE = ObjectRef(
    key=f"{SHELF}/{hashlib.sha256(b'one').hexdigest()[:2]}/{hashlib.sha256(b'one').hexdigest()}.pdf",
    sha256=hashlib.sha256(b"one").hexdigest(),
    size=3,
    media_type=PDF,
)
Ask = Callable[[S3DocumentStore], object]
ASKED: dict[str, Ask] = {
    "put": lambda store: store.put(b"one", PDF, SHELF),
    "get": lambda store: store.get(ONE),
    "stream": lambda store: list(store.stream(ONE)),
    "count": lambda store: store.count(PDF),
}
each = pytest.mark.parametrize("ask", ASKED.values(), ids=ASKED)


def opened(place: S3Place) -> closing[S3DocumentStore]:
    return closing(S3DocumentStore(place, SystemClock()))


def refused(place: S3Place, ask: Ask) -> TripInvoiceError:
    """The error, whose text tells no secret."""
    with opened(place) as store, pytest.raises(TripInvoiceError) as caught:
        ask(store)
    assert [] == [
        text
        for text in (SECRET, place.secret_key, "Signature", place.endpoint)
        if text and text in caught.value.message
    ]
    return caught.value


@pytest.fixture
def place(tmp_path: Path) -> S3Place:
    made = s3.s3_place(s3.bucket_of(tmp_path))
    s3.apply(made)
    return made


# --- set up wrongly ------------------------------------------------------------------------------------------------


@each
def test_a_missing_bucket_names_the_setting(place: S3Place, ask: Ask) -> None:
    """And the command that makes it."""
    error = refused(replace(place, bucket=f"{place.bucket}-none"), ask)
    assert (ConfigurationError, "TRIPINVOICE_DOCUMENTS") == (type(error), error.field)
    assert f"{place.bucket}-none; `tripinvoice bucket apply`" in error.message


@each
@pytest.mark.parametrize(
    ("wrong", "setting"),
    [
        ({"secret_key": SECRET}, "TRIPINVOICE_S3_SECRET_KEY"),
        ({"access_key": "nobody", "secret_key": SECRET}, "TRIPINVOICE_S3_ACCESS_KEY"),
    ],
)
def test_wrong_credentials_name_the_setting(place: S3Place, ask: Ask, wrong: dict[str, str], setting: str) -> None:
    """Which of the two it is, the store says."""
    error = refused(replace(place, **wrong), ask)  # type: ignore[arg-type]
    assert (ConfigurationError, setting) == (type(error), error.field)


def test_a_missing_permission_names_the_key(place: S3Place) -> None:
    """Somebody who may read, and no more."""
    user = f"reader-{place.bucket[-12:]}"
    MinioAdmin(
        endpoint=place.endpoint, credentials=StaticProvider(place.access_key, place.secret_key), secure=False
    ).user_add(user, SECRET)
    MinioAdmin(
        endpoint=place.endpoint, credentials=StaticProvider(place.access_key, place.secret_key), secure=False
    ).policy_set("readonly", user=user)
    reader = replace(place, access_key=user, secret_key=SECRET)
    with opened(place) as store:
        store.put(b"one", PDF, SHELF)
    with opened(reader) as store:
        assert b"one" == store.get(ONE)
    error = refused(reader, lambda store: store.put(b"two", PDF, SHELF))
    assert (ConfigurationError, "TRIPINVOICE_S3_ACCESS_KEY") == (type(error), error.field)
    assert "docs/document-store.md" in error.message


def test_retention_without_object_lock_names_the_setting(place: S3Place) -> None:
    """Nothing is stored that would not be retained."""
    retained = replace(place, retention_years=10)
    error = refused(retained, ASKED["put"])
    assert (ConfigurationError, "TRIPINVOICE_S3_RETENTION_YEARS") == (type(error), error.field)
    with opened(place) as store:
        assert 0 == store.count(PDF)


@pytest.mark.parametrize("encryption", ["AES256", "aws:kms:my-key"])
def test_encryption_that_the_store_cannot_do_names_the_setting(place: S3Place, encryption: str) -> None:
    """The shared server has no keys. Nothing is stored in the clear, and the store is not taken for an old one."""
    error = refused(replace(place, encryption=encryption), ASKED["put"])
    assert (ConfigurationError, "TRIPINVOICE_S3_ENCRYPTION") == (type(error), error.field)
    with opened(place) as store:
        assert 0 == store.count(PDF)


def test_tls_with_a_server_that_has_none_names_the_setting(place: S3Place) -> None:
    """And how to go without."""
    error = refused(replace(place, secure=True), ASKED["get"])
    assert (ConfigurationError, "TRIPINVOICE_DOCUMENTS") == (type(error), error.field)
    assert "s3+http://" in error.message


def test_what_is_no_s3_store_names_the_setting(place: S3Place) -> None:
    """Some web server on this port."""
    page = Answer(status=404, body=b"<html>Not here</html>", headers={"Content-Type": "text/html"})
    with stub([page]) as server:
        error = refused(replace(place, endpoint=server.address), ASKED["get"])
    assert (ConfigurationError, "TRIPINVOICE_DOCUMENTS") == (type(error), error.field)


# --- credentials from elsewhere ------------------------------------------------------------------------------------


@pytest.fixture
def keyless(place: S3Place, monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> S3Place:
    """No keys in the settings, and nothing in the environment."""
    for name in ("AWS_ACCESS_KEY_ID", "AWS_ACCESS_KEY", "AWS_SECRET_ACCESS_KEY", "AWS_PROFILE", "AWS_SESSION_TOKEN"):
        monkeypatch.delenv(name, raising=False)
    monkeypatch.setenv("AWS_SHARED_CREDENTIALS_FILE", str(tmp_path / "credentials"))
    return replace(place, access_key="", secret_key="")


def test_credentials_may_come_from_the_environment(
    keyless: S3Place, place: S3Place, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Of AWS's names."""
    monkeypatch.setenv("AWS_ACCESS_KEY_ID", place.access_key)
    monkeypatch.setenv("AWS_SECRET_ACCESS_KEY", place.secret_key)
    with opened(keyless) as store:
        assert ONE == store.put(b"one", PDF, SHELF)


def test_credentials_may_come_from_a_profile(
    keyless: S3Place, place: S3Place, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    """Of the usual file."""
    lines = f"[invoices]\naws_access_key_id = {place.access_key}\naws_secret_access_key = {place.secret_key}\n"
    (tmp_path / "credentials").write_text(lines)
    monkeypatch.setenv("AWS_PROFILE", "invoices")
    with opened(keyless) as store:
        assert ONE == store.put(b"one", PDF, SHELF)


def test_credentials_may_come_from_a_role(keyless: S3Place, place: S3Place, monkeypatch: pytest.MonkeyPatch) -> None:
    """The container's or instance's: it gives them for a while, and is asked again when they have expired."""
    given = {
        "AccessKeyId": place.access_key,
        "SecretAccessKey": place.secret_key,
        "Token": "",
        "Expiration": "2020-01-01T00:00:00Z",
    }
    role = Answer(status=200, body=json.dumps(given).encode(), headers={"Content-Type": "application/json"})
    away = Answer(status=403, body=b"")
    with stub([*[role] * 5, away]) as server:
        monkeypatch.setenv("AWS_CONTAINER_CREDENTIALS_FULL_URI", f"http://{server.address}/role")
        with opened(replace(keyless, region="us-east-1")) as store:
            for _ in range(3):
                assert ONE == store.put(b"one", PDF, SHELF)
            with pytest.raises(StoreUnavailableError, match="role"):
                ASKED["get"](store)


@pytest.mark.parametrize("profile", ["", "[default]\n", "no such file format"])
def test_no_credentials_at_all_name_the_setting(
    keyless: S3Place, monkeypatch: pytest.MonkeyPatch, tmp_path: Path, profile: str
) -> None:
    """And where else they may be."""
    (tmp_path / "credentials").write_text(profile)
    with socket.socket() as nobody:
        nobody.bind(("127.0.0.1", 0))
        role = f"http://127.0.0.1:{nobody.getsockname()[1]}/role"
        monkeypatch.setenv("AWS_CONTAINER_CREDENTIALS_FULL_URI", role)
        error = refused(keyless, ASKED["put"])
    assert (ConfigurationError, "TRIPINVOICE_S3_ACCESS_KEY") == (type(error), error.field)


# --- away, busy, broken --------------------------------------------------------------------------------------------


@each
def test_a_server_that_is_not_there_is_unavailable(place: S3Place, ask: Ask) -> None:
    """It may come back."""
    with socket.socket() as nobody:
        nobody.bind(("127.0.0.1", 0))
        error = refused(replace(place, endpoint=f"127.0.0.1:{nobody.getsockname()[1]}"), ask)
    assert StoreUnavailableError is type(error)


@pytest.mark.parametrize("ask", [ASKED["put"], ASKED["get"]], ids=["put", "get"])
@pytest.mark.parametrize(
    "answer",
    [
        refusal(503, "SlowDown", **{"Retry-After": "17"}),
        refusal(500, "InternalError"),
        refusal(409, "ConditionalRequestConflict"),
        refusal(429, "TooManyRequests"),
        refusal(400, "RequestTimeout"),
        Answer(status=502, body=b"<html>", headers={"Content-Type": "text/html"}),
        Answer(status=504),
    ],
    ids=["slow down", "broken", "disturbed", "too many", "too slow", "proxy", "gateway"],
)
def test_what_passes_is_unavailable(place: S3Place, ask: Ask, answer: Answer) -> None:
    """The store's own wait is handed on."""
    with stub([answer]) as server:
        error = refused(replace(place, endpoint=server.address, region="us-east-1"), ask)
    assert isinstance(error, StoreUnavailableError)
    wait = answer.headers.get("Retry-After")
    assert (timedelta(seconds=17) if wait else None) == error.retry_after


def test_a_short_trouble_is_not_noticed(place: S3Place) -> None:
    """One more attempt is made at once."""
    good = Answer(status=200, body=b"one", headers={"Content-Type": PDF})
    with stub([refusal(503, "SlowDown"), good]) as server, opened(at(server, place)) as store:
        assert b"one" == store.get(ONE)
    assert 2 == len(server.asked)


def test_an_answer_that_breaks_off_is_unavailable(place: S3Place) -> None:
    """Half an object is nobody's fault, and no conflict."""
    half = Answer(status=200, body=b"o", headers={"Content-Type": PDF, "Content-Length": "3"}, cut=True)
    with stub([half]) as server:
        error = refused(at(server, place), ASKED["get"])
    assert StoreUnavailableError is type(error)


@pytest.mark.parametrize(
    ("answer", "expected"),
    [
        (refusal(403, "InvalidObjectState"), NotFoundError),
        (refusal(403, "RequestTimeTooSkewed"), ConfigurationError),
        (refusal(400, "AuthorizationHeaderMalformed"), ConfigurationError),
        (refusal(400, "<script>alert()</script>"), ConfigurationError),
        (refusal(418, "Teapot", "Signature do-not-tell-me"), ConfigurationError),
    ],
)
def test_what_does_not_pass_is_told_once(place: S3Place, answer: Answer, expected: type[TripInvoiceError]) -> None:
    """In our words, never in the store's."""
    with stub([answer]) as server:
        error = refused(at(server, place), ASKED["get"])
    assert (expected, False) == (type(error), "script" in error.message)
    assert 1 == len(server.asked)


def at(server: Stub, place: S3Place) -> S3Place:
    return replace(place, endpoint=server.address, region="us-east-1")


# --- stores that cannot put conditionally --------------------------------------------------------------------------

OLD = refusal(501, "NotImplemented", "A header you provided implies functionality that is not implemented")
DONE = Answer(status=200, headers={"ETag": '"x"'})


def test_a_store_without_conditional_puts_is_asked_first(place: S3Place) -> None:
    """Once it has shown that it cannot, it is not tried again; what is there is never written over."""
    absent = Answer(status=404)
    there = Answer(status=200, headers={"Content-Length": "3"})
    content = Answer(status=200, body=b"one")
    answers = [OLD, absent, DONE, absent, DONE, there, there, content]
    with stub(answers) as server, opened(at(server, place)) as store:
        assert [ONE] * 3 == [store.put(b"one", PDF, SHELF) for _ in range(3)]
    assert ["PUT", "HEAD", "PUT", "HEAD", "PUT", "HEAD", "HEAD", "GET"] == [method for method, _, _ in server.asked]
    conditions = [headers.get("If-None-Match") for method, _, headers in server.asked if method == "PUT"]
    assert ["*", None, None] == conditions


def test_a_put_is_never_sent_without_its_condition(place: S3Place) -> None:
    """Also when it is repeated. The body has its checksums; the signature covers what S3 demands."""
    with stub([refusal(503, "SlowDown"), DONE]) as server, opened(at(server, place)) as store:
        store.put(b"one", PDF, SHELF)
    assert 2 == len(server.asked)
    for _, path, headers in server.asked:
        assert f"/{place.bucket}/{ONE.key}" == path
        assert ("*", PDF) == (headers["If-None-Match"], headers["Content-Type"])
        # printf one | openssl md5 -binary | base64, and the same with sha256
        assert "+XxdKZQb+xsv2rCHSQargg==" == headers["Content-MD5"]
        assert "dpLDrTVAu4A8Ags67mbNiIcSMjTqDG5xQ8Ct1z/0Me0=" == headers["x-amz-checksum-sha256"]
        assert "x-amz-checksum-sha256" in headers["Authorization"]


def test_what_is_there_is_read_where_the_store_has_no_checksum(place: S3Place) -> None:
    """A conflict is told by the bytes alone."""
    exists = refusal(412, "PreconditionFailed")
    there = Answer(status=200, headers={"Content-Length": "3", "x-amz-meta-sha256": ONE.sha256})
    with stub([exists, there, Answer(status=200, body=b"two")]) as server:
        error = refused(at(server, place), ASKED["put"])
    assert ConflictError is type(error)


# --- servers of its own --------------------------------------------------------------------------------------------


class _WithKeys(Minio):
    """One that can encrypt: with a key that it is given at its start."""

    def _prepare(self):  # type: ignore[no-untyped-def]
        command, variables = super()._prepare()
        return command, {**variables, "MINIO_KMS_SECRET_KEY": f"my-key:{s3.base64_of(bytes(32))}"}


@pytest.fixture(scope="module")
def own(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Minio]:
    """Nobody else's, so that it can be paused: with keys to encrypt with, and a certificate."""
    server = _WithKeys(tmp_path_factory.mktemp("s3"), secured=True)
    or_missing(server.start)
    yield server
    server.stop()


@pytest.fixture
def safe(own: Minio, tmp_path: Path) -> S3Place:
    """A bucket there, over TLS."""
    made = S3Place(
        endpoint=own.address,
        bucket=s3.bucket_of(tmp_path),
        access_key=own.user,
        secret_key=own.password,
        ca=own.authority.certificate,
    )
    s3.apply(made)
    return made


def test_tls_needs_the_authority(safe: S3Place) -> None:
    """With it, all works; without it, the setting is named."""
    with opened(safe) as store:
        assert b"one" == store.get(store.put(b"one", PDF, SHELF))
    error = refused(replace(safe, ca=None), ASKED["get"])
    assert (ConfigurationError, "TRIPINVOICE_S3_CA") == (type(error), error.field)


@pytest.mark.parametrize(("encryption", "expected"), [("AES256", "AES256"), ("aws:kms:my-key", "aws:kms"), ("", None)])
def test_objects_are_encrypted_by_the_store(safe: S3Place, encryption: str, expected: str | None) -> None:
    """It says so, and they come back; putting again compares them."""
    place = replace(safe, encryption=encryption)
    with opened(place) as store:
        ref = store.put(b"one", PDF, SHELF)
        assert (ref, b"one") == (store.put(b"one", PDF, SHELF), store.get(ref))
    found = s3.client(place).stat_object(place.bucket, ref.key)
    assert found.metadata is not None
    assert expected == found.metadata.get("x-amz-server-side-encryption")


def test_a_key_that_the_store_does_not_have_names_the_setting(safe: S3Place) -> None:
    """It is the store's administrator's."""
    error = refused(replace(safe, encryption="aws:kms:another-key"), ASKED["put"])
    assert (ConfigurationError, "TRIPINVOICE_S3_ENCRYPTION") == (type(error), error.field)


def test_over_tls_retention_is_set_too(safe: S3Place) -> None:
    """The body is not signed there, and has a checksum all the same."""
    place = replace(safe, bucket=f"{safe.bucket}-locked", retention_years=1, retention_mode="GOVERNANCE")
    s3.apply(place)
    with opened(place) as store:
        ref = store.put(b"one", PDF, SHELF)
    assert s3.client(place).get_object_retention(place.bucket, ref.key) is not None


def test_a_server_that_hangs_is_unavailable_and_then_goes_on(own: Minio, safe: S3Place) -> None:
    """The same store object works again as soon as the server does."""
    with opened(replace(safe, connect_seconds=0.5, read_seconds=0.5)) as store:
        store.put(b"one", PDF, SHELF)
        own.pause()
        try:
            for ask in ASKED.values():
                with pytest.raises(StoreUnavailableError):
                    ask(store)
        finally:
            own.resume()
        assert [ONE, b"one"] == [until_it_answers(store, ASKED[name]) for name in ("put", "get")]


def until_it_answers(store: S3DocumentStore, ask: Ask) -> object:
    """As Temporal asks."""
    while True:
        with contextlib.suppress(StoreUnavailableError):
            return ask(store)


def test_a_server_that_was_killed_has_what_it_had_said(own: Minio, safe: S3Place) -> None:
    """What a put has returned for is there after SIGKILL."""
    with opened(safe) as store:
        ref = store.put(b"one", PDF, SHELF)
        own.kill()
        with pytest.raises(StoreUnavailableError):
            store.get(ref)
        own.start()
        assert b"one" == store.get(ref)


def test_buckets_are_refused_in_the_same_words(place: S3Place) -> None:
    """Making one with a wrong key."""
    with closing(S3Buckets(replace(place, secret_key=SECRET))) as buckets:
        with pytest.raises(ConfigurationError, match="TRIPINVOICE_S3_SECRET_KEY"):
            buckets.apply("GB", 2026)
        with pytest.raises(ConfigurationError, match="TRIPINVOICE_S3_SECRET_KEY"):
            buckets.present()
