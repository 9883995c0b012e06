"""The command line with documents in a real S3 store: show, open, link, bucket apply, doctor, regenerate and audit."""

import asyncio
import hashlib
import os
import urllib.request
from collections.abc import AsyncIterator
from pathlib import Path

import pytest
import pytest_asyncio

from tests import scenarios
from tests.cli.conftest import Cli, environment_of
from tests.contract import s3
from tests.running import Stack, running
from tests.servers.minio import Minio
from tripinvoice.settings import Settings
from tripinvoice.wiring import Wiring

pytestmark = pytest.mark.xdist_group("cli-s3")

ISSUED = "cli-s3-issued"
STORE = "document store"


@pytest.fixture(scope="module")
def bucket(tmp_path_factory: pytest.TempPathFactory) -> str:
    return s3.bucket_of(tmp_path_factory.mktemp("bucket"))


@pytest.fixture(scope="module")
def variables(s3_server: Minio, bucket: str) -> dict[str, str]:
    """What makes a process use the bucket."""
    return {**s3_server.environment(), "TRIPINVOICE_DOCUMENTS": f"s3+{s3_server.url}/{bucket}"}


@pytest_asyncio.fixture(scope="module", loop_scope="session")
async def stack(
    tmp_path_factory: pytest.TempPathFactory, variables: dict[str, str], bucket: str
) -> AsyncIterator[Stack]:
    """A stack whose documents go there, with one issued invoice."""

    def prepare(wiring: Wiring) -> None:
        options = {name.removeprefix("TRIPINVOICE_").lower(): value for name, value in variables.items()}
        wiring.settings = Settings(_env_file=None, **{**wiring.settings.model_dump(), **options})

    await asyncio.to_thread(s3.apply, s3.s3_place(bucket))
    async with running(tmp_path_factory.mktemp("cli-s3"), time_skipping=False, prepare=prepare) as stack:
        await stack.invoice(await stack.know(scenarios.berlin(ISSUED)))
        yield stack


@pytest.fixture(scope="module")
def cli(stack: Stack, variables: dict[str, str]) -> Cli:
    return Cli({**environment_of(stack), **variables})


async def test_show_has_the_document_and_where_it_is(cli: Cli, bucket: str) -> None:
    """As S3 tools take it; the lines are read from the stored invoice."""
    told = await cli("show", ISSUED, "--json")
    [document] = told.json()["documents"]
    assert (0, "", "19.40") == (told.code, told.err, document["total"])
    assert document["pdf"].startswith(f"s3://{bucket}/DE/rides/")
    assert document["pdf"].endswith(f"{document['sha256']}.pdf")
    shown = await cli("show", ISSUED)
    assert (0, True) == (shown.code, f"s3://{bucket}/DE/rides/" in shown.out)


async def test_open_prints_where_the_pdf_is(cli: Cli, bucket: str) -> None:
    """Without a signature."""
    told = await cli("open", ISSUED, "--print-path")
    assert (0, 1) == (told.code, told.out.count("\n"))
    assert told.out.startswith(f"s3://{bucket}/")
    assert "X-Amz" not in told.out


async def test_open_gives_the_browser_a_link(cli: Cli, tmp_path: Path) -> None:
    """The program that opens addresses is given one that works."""
    opened = tmp_path / "opened"
    program = tmp_path / "xdg-open"
    program.write_text(f'#!/bin/sh\necho "$1" > {opened}.new && mv {opened}.new {opened}\n')
    program.chmod(0o755)
    told = await cli("open", ISSUED, PATH=f"{tmp_path}:{os.environ['PATH']}")
    assert (0, "") == (told.code, told.err)
    while not opened.exists():  # noqa: ASYNC110 - nobody waits for that program
        await asyncio.sleep(0.05)
    assert (await downloaded(opened.read_text().strip()))[0].startswith(b"%PDF")


async def test_link_downloads_the_pdf_under_its_number(cli: Cli) -> None:
    """By the number, as text; by the trip, as JSON."""
    [document] = (await cli("show", ISSUED, "--json")).json()["documents"]
    told = await cli("link", document["number"], "--valid", "2m")
    assert (0, "", 1) == (told.code, told.err, told.out.count("\n"))
    content, disposition = await downloaded(told.out.strip())
    assert document["sha256"] == hashlib.sha256(content).hexdigest()
    assert f'filename="{document["number"]}.pdf"' in disposition
    assert "X-Amz-Expires=120&" in told.out
    by_trip = (await cli("link", ISSUED, "--json")).json()
    assert document["number"] == by_trip["number"]
    assert "X-Amz-Expires=900&" in by_trip["url"]


@pytest.mark.parametrize(
    ("arguments", "code", "part"),
    [
        (("link", "nobody"), 5, "no issued document"),
        (("link", ISSUED, "--valid", "8d"), 1, "seven days"),
        (("link", ISSUED, "--valid", "soon"), 2, "--valid"),
        (("bucket", "apply", "--country", "GB"), 2, "has no {country}"),
    ],
)
async def test_what_cannot_be_is_told_in_one_line(cli: Cli, arguments: tuple[str, ...], code: int, part: str) -> None:
    """On stderr, with nothing on stdout."""
    told = await cli(*arguments)
    assert (code, "", 1) == (told.code, told.out, told.err.count("\n"))
    assert part in told.err


async def test_link_into_a_folder_tells_the_path(cli: Cli) -> None:
    """The store of another machine's operator may be one."""
    told = await cli("link", ISSUED, TRIPINVOICE_DOCUMENTS="folder:")
    assert (1, "", 1) == (told.code, told.out, told.err.count("\n"))
    assert ".pdf" in told.err


async def test_buckets_are_made_by_country_and_year(cli: Cli, variables: dict[str, str]) -> None:
    """The name's parts must be said; the second time, it is there already."""
    cli = changed(cli, TRIPINVOICE_DOCUMENTS=variables["TRIPINVOICE_DOCUMENTS"] + "-{country}-{year}")
    missing = await cli("bucket", "apply", "--country", "gb")
    assert (2, True) == (missing.code, "--year" in missing.err)
    wrong = await cli("bucket", "apply", "--country", "g/", "--year", "2026")
    assert (2, True) == (wrong.code, "--country" in wrong.err)
    made = (await cli("bucket", "apply", "--country", "gb", "--year", "2026", "--json")).json()
    again = await cli("bucket", "apply", "--country", "GB", "--year", "2026")
    assert made["bucket"].endswith("-gb-2026")
    assert (True, True, False, True) == (made["created"], made["versions"], made["object_lock"], made["sufficient"])
    assert (0, f"{made['bucket']}: there already, with versions, without object lock\n") == (again.code, again.out)


async def test_a_bucket_that_does_not_suffice_is_told(cli: Cli) -> None:
    """Retention came after the bucket. The doctor says it, too."""
    cli = changed(cli, TRIPINVOICE_S3_RETENTION_YEARS="10")
    told = await cli("bucket", "apply")
    assert (1, True) == (told.code, "needs object lock" in told.err)
    [found] = [one for one in (await cli("doctor", "--embedded", "--json")).lines() if one["name"] == STORE]
    assert ("fail", True) == (found["verdict"], "no object lock" in found["found"])


async def test_the_doctor_looks_at_the_buckets(cli: Cli, bucket: str, variables: dict[str, str]) -> None:
    """It does not count what may be billions; a missing bucket is told with its remedy."""
    [good] = [one for one in (await cli("doctor", "--embedded", "--json")).lines() if one["name"] == STORE]
    assert ("ok", f"buckets with versions: {bucket}") == (good["verdict"], good["found"])
    for name in ("-none", "-none-{year}"):
        missing = changed(cli, TRIPINVOICE_DOCUMENTS=variables["TRIPINVOICE_DOCUMENTS"] + name)
        [bad] = [one for one in (await missing("doctor", "--embedded", "--json")).lines() if one["name"] == STORE]
        assert ("fail", True) == (bad["verdict"], "tripinvoice bucket apply" in bad["remedy"])


async def test_documents_are_made_again_and_audited(cli: Cli) -> None:
    """Both read what is stored."""
    told = await cli("regenerate", ISSUED, "--json")
    assert (0, True) == (told.code, told.json()["identical"])
    assert 0 == (await cli("audit", "--grace", "0s")).code


def changed(cli: Cli, **environment: str) -> Cli:
    """The same with other settings."""
    return Cli({**cli.environment, **environment})


async def downloaded(url: str) -> tuple[bytes, str]:
    """What somebody with this link gets, and under which name."""

    def ask() -> tuple[bytes, str]:
        with urllib.request.urlopen(url, timeout=30) as answer:  # noqa: S310 - the store's
            return answer.read(), answer.headers["Content-Disposition"]

    return await asyncio.to_thread(ask)
