"""The image's files, and the scripts of deploy/; the one that makes a namespace ready runs twice on a real server."""

import os
import re
import shutil
import subprocess
import tomllib
from pathlib import Path

import pytest
from temporalio.api.enums.v1 import IndexedValueType
from temporalio.api.operatorservice.v1 import ListSearchAttributesRequest
from temporalio.api.workflowservice.v1 import DescribeNamespaceRequest
from temporalio.client import Client
from temporalio.testing import WorkflowEnvironment

from starter.client import register_search_attributes
from tests.docs.pages import ROOT
from tests.running import temporal_binary
from workflows import search_attributes as sa

SCRIPTS = ROOT / "deploy" / "temporal"
DOCKERFILE = (ROOT / "Dockerfile").read_text("utf-8")


def allowed() -> set[str]:
    lines = (ROOT / ".dockerignore").read_text("utf-8").splitlines()
    return {line.removeprefix("!") for line in lines if line.startswith("!")}


@pytest.mark.parametrize("script", sorted((ROOT / "deploy").rglob("*.sh")), ids=lambda path: path.name)
def test_scripts_are_sound(script: Path) -> None:
    """For any shell, and ``shellcheck`` where it is installed."""
    subprocess.run(["sh", "-n", script], check=True)  # noqa: S607 - any shell
    assert "set -eu\n" in script.read_text("utf-8")
    if shellcheck := shutil.which("shellcheck"):
        subprocess.run([shellcheck, script], check=True)


@pytest.mark.xdist_group("temporal")
async def test_the_namespace_script_knows_what_the_workflows_need(tmp_path: Path) -> None:
    """Also the second time; afterwards a worker has nothing to register."""
    binary = temporal_binary()
    async with await WorkflowEnvironment.start_local(
        dev_server_existing_path=binary, dev_server_log_level="error"
    ) as environment:
        address = environment.client.service_client.config.target_host
        variables = {
            "PATH": os.pathsep.join([str(Path(binary).parent), os.environ["PATH"]]),
            "HOME": str(tmp_path),
            "TEMPORAL_ADDRESS": address,
            "TEMPORAL_NAMESPACE": "invoices",
        }
        for _ in range(2):
            said = subprocess.run(  # noqa: ASYNC221 - nothing else happens meanwhile
                ["sh", SCRIPTS / "namespace.sh"],  # noqa: S607 - any shell
                env=variables,
                capture_output=True,
                text=True,
                check=True,
                timeout=60,
            )
            assert said.stdout.splitlines()[-1] == "namespace invoices is ready"
        client = await Client.connect(address, namespace="invoices")
        found = await client.operator_service.list_search_attributes(ListSearchAttributesRequest(namespace="invoices"))
        assert dict(found.custom_attributes) == {
            key.name: IndexedValueType.Value(f"INDEXED_VALUE_TYPE_{key.indexed_value_type.name}") for key in sa.ALL
        }
        assert await register_search_attributes(client) == []
        described = await client.workflow_service.describe_namespace(DescribeNamespaceRequest(namespace="invoices"))
        assert described.config.workflow_execution_retention_ttl.ToTimedelta().days == 30


def test_everything_that_the_wheel_takes_reaches_the_image() -> None:
    """`.dockerignore` lets in what is named, and nothing else."""
    project = tomllib.loads((ROOT / "pyproject.toml").read_text("utf-8"))
    wheel = project["tool"]["hatch"]["build"]["targets"]["wheel"]["only-include"]
    wanted = {*wheel, *project["project"]["license-files"], project["project"]["readme"], "pyproject.toml"}
    copied = set(re.findall(r"requirements/\w+\.txt", DOCKERFILE))
    assert sorted(allowed()) == sorted(wanted | copied)
    assert [name for name in allowed() if not (ROOT / name).exists()] == []


def test_the_image_has_what_the_setup_installs() -> None:
    """The libraries that `tools/setup` installs on Debian are those of the image."""
    setup = set(re.findall(r"\blib[a-z0-9.-]+[0-9]\b", (ROOT / "tools" / "setup").read_text("utf-8")))
    assert sorted(setup) == sorted(set(re.findall(r"\blib[a-z0-9.-]+[0-9]\b", DOCKERFILE)))
    assert "--require-hashes" in DOCKERFILE


def test_the_image_runs_without_rights_and_hears_signals() -> None:
    lines = DOCKERFILE.splitlines()
    assert "USER 10001:10001" in lines
    assert 'ENTRYPOINT ["/usr/bin/tini", "--", "tripinvoice"]' in lines
    assert 'CMD ["worker"]' in lines


def test_the_base_image_is_pinned_to_a_python_that_we_support() -> None:
    project = tomllib.loads((ROOT / "pyproject.toml").read_text("utf-8"))["project"]
    [pinned] = re.findall(r"^ARG PYTHON=python:(3\.\d+)\.\d+-slim-(\w+)$", DOCKERFILE, re.MULTILINE)
    assert pinned == (project["requires-python"].removeprefix(">="), "bookworm")
