"""The candidate as an activity worker of a real Temporal: asked by reference it answers by reference."""

import io
import json
import os
import signal
import subprocess
from collections.abc import AsyncIterator, Iterator, Mapping
from contextlib import asynccontextmanager, contextmanager
from dataclasses import dataclass
from datetime import timedelta
from pathlib import Path
from typing import Any
from uuid import uuid4

import pytest
from temporalio import workflow
from temporalio.client import Client, WorkflowFailureError
from temporalio.common import RetryPolicy
from temporalio.exceptions import ActivityError, ApplicationError
from temporalio.worker import UnsandboxedWorkflowRunner, Worker

from starter.converter import DATA_CONVERTER
from tests import factories as f
from tests.contract.s3 import apply, bucket_of, client, s3_place
from tests.servers.minio import Minio
from tests.servers.server import free_port
from tests.servers.temporal import Temporal
from tripinvoice import archive, canonical, contract
from tripinvoice.adapters.clock import SystemClock
from tripinvoice.adapters.documents_folder import FolderDocumentStore
from tripinvoice.adapters.documents_s3 import S3DocumentStore
from tripinvoice.answers import Provides
from tripinvoice.assemble import assemble
from tripinvoice.contract import Answered, PreprocessRequest, plain_drafts
from tripinvoice.money_systems import Sources
from tripinvoice.ports import DocumentStore, ObjectRef, Shelf

pytestmark = [pytest.mark.xdist_group("candidate-go"), pytest.mark.timeout(900)]

ACTIVITY_TIMEOUT = timedelta(seconds=30)


@workflow.defn
class Asking:
    """Asks a candidate once."""

    @workflow.run
    async def run(self, request: PreprocessRequest) -> Any:
        """What it answers."""
        return await workflow.execute_activity(
            contract.ACTIVITY,
            request,
            task_queue=contract.task_queue("go"),
            schedule_to_close_timeout=ACTIVITY_TIMEOUT,
            retry_policy=RetryPolicy(maximum_attempts=1),
        )


@dataclass(frozen=True)
class Running:
    """The worker, and who asks it. ``documents`` is the store that both know."""

    client: Client
    queue: str
    process: "subprocess.Popen[bytes]"
    log: Path
    documents: DocumentStore

    async def ask(self, request: PreprocessRequest, name: str = "") -> Answered:
        """Its answer, through Temporal."""
        told = await self.client.execute_workflow(
            Asking.run, request, id=name or f"asking-{uuid4()}", task_queue=self.queue
        )
        return canonical.load(json.dumps(told).encode(), Answered)

    async def refusal(self, request: PreprocessRequest) -> ApplicationError:
        """The error that it answers with."""
        with pytest.raises(WorkflowFailureError) as failed:
            await self.ask(request)
        assert isinstance(failed.value.cause, ActivityError)
        assert isinstance(failed.value.cause.cause, ApplicationError)
        return failed.value.cause.cause

    def logged(self) -> list[Any]:
        """What it has logged."""
        return [json.loads(line) for line in self.log.read_bytes().splitlines()]


@contextmanager
def program(candidate: Path, log: Path, environment: Mapping[str, str]) -> Iterator["subprocess.Popen[bytes]"]:
    """The worker's process; it ends in order when it is told to."""
    with log.open("wb") as output:
        process = subprocess.Popen([candidate], env={**os.environ, **environment}, stderr=output)
        try:
            yield process
        finally:
            process.send_signal(signal.SIGTERM)
            assert process.wait(timeout=30) == 0


@asynccontextmanager
async def working(
    candidate: Path, server: Temporal, log: Path, documents: DocumentStore, settings: Mapping[str, str]
) -> AsyncIterator[Running]:
    """The worker against a store, and a worker of ours for the workflow that asks it."""
    connection = await Client.connect(server.address, data_converter=DATA_CONVERTER)
    queue = f"asking-{uuid4()}"
    with program(candidate, log, {**server.environment(), **settings}) as process:
        async with Worker(
            connection, task_queue=queue, workflows=[Asking], workflow_runner=UnsandboxedWorkflowRunner()
        ):
            yield Running(connection, queue, process, log, documents)


@asynccontextmanager
async def on_folder(candidate: Path, server: Temporal, place: Path) -> AsyncIterator[Running]:
    """With a folder for its documents."""
    folder = place / "documents of both"
    documents, settings = (
        FolderDocumentStore(folder),
        {"TRIPINVOICE_DOCUMENTS": folder.as_uri().replace("file", "folder")},
    )
    async with working(candidate, server, place / "log", documents, settings) as running:
        yield running


@asynccontextmanager
async def on_s3(candidate: Path, server: Temporal, s3: Minio, place: Path) -> AsyncIterator[Running]:
    """With a bucket for each country and year."""
    bucket = f"{bucket_of(place)[:40]}-{{country}}-{{year}}"
    buckets = s3_place(bucket)
    for country in ("DE", "US"):
        apply(buckets, country)
    address = s3.environment()["TRIPINVOICE_DOCUMENTS"].rpartition("/")[0]
    settings = {**s3.environment(), "TRIPINVOICE_DOCUMENTS": f"{address}/{bucket}"}
    documents = S3DocumentStore(buckets, SystemClock())
    try:
        async with working(candidate, server, place / "log", documents, settings) as running:
            yield running
    finally:
        documents.close()


def kept(running: Running, of: Sources) -> ObjectRef:
    """Its evidence, archived as ``fetch`` does."""
    return archive.keep(of, running.documents, Shelf.of(of.trip))


async def check_by_reference(running: Running) -> None:
    """The archived drafts are those of ``assemble``, on the shelf of their evidence; asked again they are the same."""
    for of in (f.sources(paid="19.40"), f.new_york_sources()):
        ref = kept(running, of)
        answered = await running.ask(PreprocessRequest(sources=ref))
        assert answered.drafts is None
        assert answered.archived is not None
        assert answered.archived.shelf == ref.shelf
        assert answered.archived.media_type == archive.MEDIA_TYPE
        assert plain_drafts(answered, running.documents) == [canonical.plain(draft) for draft in assemble(of)]
        assert await running.ask(PreprocessRequest(sources=ref)) == answered


async def test_drafts_in_a_folder(candidate: Path, temporal_server: Temporal, tmp_path: Path) -> None:
    """Written beside, synced and linked: a read-only file, and nothing else is left."""
    async with on_folder(candidate, temporal_server, tmp_path) as running:
        await check_by_reference(running)
        folder = tmp_path / "documents of both"
        files = [path for path in folder.rglob("*") if path.is_file()]
        assert len(files) == 4
        assert {path.stat().st_mode & 0o777 for path in files} == {0o444}
        assert list((folder / ".incoming").iterdir()) == []


async def test_drafts_in_buckets(candidate: Path, temporal_server: Temporal, s3_server: Minio, tmp_path: Path) -> None:
    """One of each country and year."""
    async with on_s3(candidate, temporal_server, s3_server, tmp_path) as running:
        await check_by_reference(running)


async def test_an_object_that_was_changed(
    candidate: Path, temporal_server: Temporal, s3_server: Minio, tmp_path: Path
) -> None:
    """What has the name of the drafts but other bytes is neither overwritten nor referred to."""
    async with on_s3(candidate, temporal_server, s3_server, tmp_path) as running:
        request = PreprocessRequest(sources=kept(running, f.sources()))
        archived = (await running.ask(request)).archived
        assert archived is not None
        bucket = f"{bucket_of(tmp_path)[:40]}-de-2026"
        client(s3_place(bucket)).put_object(bucket, archived.key, io.BytesIO(b"other bytes"), 11)
        refused = await running.refusal(request)
    assert (refused.type, refused.non_retryable) == ("ConflictError", True)


async def test_nothing_personal_is_in_histories_and_logs(
    candidate: Path, temporal_server: Temporal, tmp_path: Path
) -> None:
    """Neither what it answers nor what it refuses says who took part."""
    name = f"asking-{uuid4()}"
    wrong = {"name": "Erika Mustermann", "tax_ids": [{"scheme": "VAT", "value": "DE999999019"}]}
    async with on_folder(candidate, temporal_server, tmp_path) as running:
        await running.ask(PreprocessRequest(sources=kept(running, f.sources(paid="19.40"))), name)
        refused = await running.refusal(
            PreprocessRequest(sources=kept(running, f.sources(given={Provides.RIDER: wrong})))
        )
        events = (await running.client.get_workflow_handle(name).fetch_history()).events
        history = b"".join(event.SerializeToString() for event in events)
        assert b'"archived":{' in history
        assert [secret for secret in ("Krüger", "Weiß", "19.40") if secret.encode() in history] == []
        assert (refused.type, refused.details, refused.non_retryable) == (
            "InvalidAnswerError",
            ("rider.tax_ids.0.value",),
            True,
        )
        logged = running.logged()
    assert [line["error"] for line in logged if line["msg"] == "refused"] == ["InvalidAnswerError"]
    assert [secret for secret in ("Krüger", "Erika", "999999019") if secret in json.dumps(logged)] == []


async def test_drafts_by_value(candidate: Path, temporal_server: Temporal, tmp_path: Path) -> None:
    """As tests and people ask."""
    of = f.new_york_sources()
    async with on_folder(candidate, temporal_server, tmp_path) as running:
        answered = await running.ask(PreprocessRequest(evidence=of))
    assert answered.archived is None
    assert list(answered.drafts or ()) == [canonical.plain(draft) for draft in assemble(of)]


async def test_what_is_refused_by_reference(candidate: Path, temporal_server: Temporal, tmp_path: Path) -> None:
    """Trying again cannot help: another country, an object that is not there, is not its name's, or is no evidence."""
    shelf = Shelf.of(f.trip())
    async with on_folder(candidate, temporal_server, tmp_path) as running:
        good = kept(running, f.sources())
        missing = FolderDocumentStore(tmp_path / "other").put(b"x", archive.MEDIA_TYPE, shelf)
        forged = ObjectRef(key=f"../{good.key}", sha256=good.sha256, size=good.size, media_type=good.media_type)
        damaged = running.documents.put(b"no frame", archive.MEDIA_TYPE, shelf)
        bomb = running.documents.put(archive.pack(bytes(archive.MAX_UNPACKED + 1)), archive.MEDIA_TYPE, shelf)
        wanted = {
            kept(running, f.london_sources()): "UnsupportedError",
            missing: "NotFoundError",
            forged: "ConflictError",
            damaged: "ConflictError",
            bomb: "ConflictError",
        }
        refused = {ref: await running.refusal(PreprocessRequest(sources=ref)) for ref in wanted}
    assert {ref: error.type for ref, error in refused.items()} == wanted
    assert all(error.non_retryable for error in refused.values())


async def test_a_store_that_is_away_may_come_back(candidate: Path, temporal_server: Temporal, tmp_path: Path) -> None:
    """Then trying again helps, so Temporal is told that it may."""
    documents = FolderDocumentStore(tmp_path / "documents")
    nowhere = {
        "TRIPINVOICE_DOCUMENTS": f"s3+http://127.0.0.1:{free_port()}/invoices",
        "TRIPINVOICE_S3_ACCESS_KEY": "nobody",
        "TRIPINVOICE_S3_SECRET_KEY": "nothing",
    }
    async with working(candidate, temporal_server, tmp_path / "log", documents, nowhere) as running:
        refused = await running.refusal(PreprocessRequest(sources=kept(running, f.sources())))
    assert (refused.type, refused.non_retryable) == ("StoreUnavailableError", False)


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("TRIPINVOICE_DOCUMENTS", "ftp://somewhere/else"),
        ("TRIPINVOICE_DOCUMENTS", "s3://user:password@host/bucket"),
        ("TRIPINVOICE_DOCUMENTS", "s3://host/"),
        ("TRIPINVOICE_S3_RETENTION_YEARS", "-1"),
        ("TRIPINVOICE_S3_ENCRYPTION", "rot13"),
    ],
)
def test_settings_that_cannot_be(candidate: Path, name: str, value: str) -> None:
    """It does not start, and says which one it is, never what it holds."""
    settings = {"TRIPINVOICE_DOCUMENTS": "s3://host/bucket", name: value}
    done = subprocess.run(
        [candidate], env={**os.environ, **settings}, capture_output=True, text=True, timeout=60, check=False
    )
    assert done.returncode == 1
    assert f"candidate: {name}: " in done.stderr
    assert value not in done.stderr


def test_one_request_by_hand(candidate: Path) -> None:
    """What ``--once`` is for."""
    of = f.sources(paid="19.40")
    request = canonical.dump(PreprocessRequest(evidence=of))
    done = subprocess.run([candidate, "--once"], input=request, capture_output=True, check=True)
    assert json.loads(done.stdout)["drafts"] == [canonical.plain(draft) for draft in assemble(of)]
    refused = subprocess.run([candidate, "--once"], input=b"{}", capture_output=True, check=False)
    assert (refused.returncode, refused.stdout) == (1, b"")
    assert refused.stderr.startswith(b"candidate: schema: ")
