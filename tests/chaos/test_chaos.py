"""The short version of the matrix, on real servers; ``make chaos`` is the long one."""

from collections.abc import Iterator

import pytest

from tests.chaos import disk_full
from tests.chaos.faults import SHORT
from tests.chaos.performance import Size, perform
from tests.chaos.stage import Servers, servers
from tests.servers.missing import missing_server
from tests.servers.programs import MissingServerError

pytestmark = [pytest.mark.xdist_group("chaos"), pytest.mark.timeout(600)]
SIZE = Size(trips=40, pause=5, seed=1)


@pytest.fixture(scope="module")
def stage(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Servers]:
    """Servers of their own: these tests kill them."""
    try:
        with servers(tmp_path_factory.mktemp("chaos")) as started:
            yield started
    except MissingServerError as error:
        missing_server(*error.args)


@pytest.mark.parametrize("title", SHORT)
def test_every_trip_gets_its_documents_once(stage: Servers, title: str) -> None:
    """Whatever is killed, restarted or stopped meanwhile: none lost, none twice, no hole, and the audit is clean."""
    name = f"short-{list(SHORT).index(title)}"
    row = perform(stage, name, title, SHORT[title], SIZE)
    assert row.verdict.good, row.verdict


def test_a_full_disk_loses_nothing(stage: Servers) -> None:
    """The embedded stores wait until there is room again."""
    if not disk_full.possible():
        missing_server("a disk that can be filled", "install util-linux (unshare, nsenter, mount)")
    row = disk_full.perform(stage, "short-disk", SIZE)
    assert row.verdict.good, row.verdict
