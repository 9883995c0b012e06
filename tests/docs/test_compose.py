"""The Compose file cannot be started by the tests: so everything in it that the code also knows is compared."""

import re
from pathlib import Path
from typing import Any

import pytest
import yaml

from starter.bridge import Pace
from starter.cli import app
from tests.docs.pages import ROOT
from tripinvoice.settings import PREFIX, Settings, read_settings

FILE: dict[str, Any] = yaml.safe_load((ROOT / "docker-compose.temporal.yml").read_text("utf-8"))
SERVICES: dict[str, dict[str, Any]] = FILE["services"]
OURS = {name: service for name, service in SERVICES.items() if service.get("build")}
PINNED = re.compile(r"[\w./-]+:\d+(\.\d+)*")
VARIABLE = re.compile(r"\$\{(\w+):-([^}]*)\}")


def plain(value: object) -> str:
    """A value as Compose fills it in when none of its variables is set."""
    return VARIABLE.sub(lambda match: match[2], str(value))


def seconds(text: str) -> float:
    return float(text.removesuffix("s"))


def test_by_default_it_is_temporal_alone() -> None:
    default = [name for name, service in SERVICES.items() if "profiles" not in service]
    assert default == ["postgres", "temporal-schema", "temporal", "temporal-namespace", "temporal-ui"]
    assert sorted({profile for service in SERVICES.values() for profile in service.get("profiles", [])}) == [
        "app",
        "samples",
    ]


@pytest.mark.parametrize("name", SERVICES)
def test_images_are_pinned(name: str) -> None:
    assert PINNED.fullmatch(plain(SERVICES[name]["image"]))


def test_the_servers_tools_are_of_its_own_version() -> None:
    tags = {
        SERVICES[name]["image"].rpartition(":")[2] for name in ["temporal", "temporal-schema", "temporal-namespace"]
    }
    assert len(tags) == 1


def test_our_image_is_of_this_version() -> None:
    version = re.search(r'^version = "(.+)"$', (ROOT / "pyproject.toml").read_text("utf-8"), re.MULTILINE)
    assert version is not None
    assert {plain(service["image"]) for service in OURS.values()} == {f"tripinvoice:{version[1]}"}


def test_there_are_shards_enough_for_ever() -> None:
    """The image's default is 4, and it cannot be changed afterwards."""
    assert SERVICES["temporal"]["environment"]["NUM_HISTORY_SHARDS"] == "512"


@pytest.mark.parametrize("name", ["worker", "bridge"])
def test_every_variable_is_a_setting_and_all_are_accepted(name: str, monkeypatch: pytest.MonkeyPatch) -> None:
    environment = {key: plain(value) for key, value in SERVICES[name]["environment"].items()}
    known = {f"{PREFIX}{field.upper()}" for field in Settings.model_fields} | {"TEMPORAL_ADDRESS", "TEMPORAL_NAMESPACE"}
    assert sorted(environment.keys() - known) == []
    for key, value in environment.items():
        monkeypatch.setenv(key, value)
    settings = read_settings(_env_file=None)
    assert settings.kafka == "kafka://kafka:9092"
    assert settings.money_systems_url == "http://money-systems:8900"
    assert settings.build_id == ""


@pytest.mark.parametrize("name", OURS)
def test_it_is_stopped_later_than_it_needs(name: str) -> None:
    grace = float(SERVICES["worker"]["environment"]["TRIPINVOICE_SHUTDOWN_GRACE"])
    assert seconds(OURS[name]["stop_grace_period"]) >= max(grace, Pace().drain) + 10


@pytest.mark.parametrize("name", ["worker", "bridge"])
def test_it_runs_a_command_of_ours(name: str) -> None:
    """The worker is what the image runs by itself."""
    [command] = OURS[name].get("command", ["worker"])
    assert command in {registered.name for registered in app.registered_commands}


def test_the_topics_are_those_of_the_settings() -> None:
    settings = Settings.model_construct()
    topics = re.search(r"for topic in ([\w. ]+);", SERVICES["kafka-topics"]["command"][0])
    assert topics is not None
    assert topics[1].split() == [settings.trips_topic, f"{settings.trips_topic}.dlq", settings.invoices_topic]


@pytest.mark.parametrize("name", SERVICES)
def test_what_it_waits_for_comes(name: str) -> None:
    """Something that must be healthy has a health check; something that must end is tried again until it does."""
    for other, wanted in SERVICES[name].get("depends_on", {}).items():
        needed = {"service_healthy": "healthcheck", "service_completed_successfully": "restart"}[wanted["condition"]]
        assert needed in SERVICES[other]
        assert set(SERVICES[other].get("profiles", [])) <= set(SERVICES[name].get("profiles", []))


@pytest.mark.parametrize("name", SERVICES)
def test_what_it_mounts_is_there(name: str) -> None:
    for volume in SERVICES[name].get("volumes", []):
        source = volume.split(":")[0]
        assert (ROOT / source).is_dir() if source.startswith(".") else source in FILE["volumes"]


def test_mounted_scripts_and_files_are_there() -> None:
    quoted = re.findall(r"/scripts/([\w.]+)", (ROOT / "docker-compose.temporal.yml").read_text("utf-8"))
    assert sorted(set(quoted)) == ["dynamicconfig.yaml", "namespace.sh", "schema.sh"]
    assert [name for name in quoted if not Path(ROOT, "deploy", "temporal", name).is_file()] == []


def test_ports_are_open_to_this_machine_only() -> None:
    ports = [port for service in SERVICES.values() for port in service.get("ports", [])]
    assert len(ports) == 3
    assert [port for port in ports if not port.startswith("127.0.0.1:")] == []


def test_the_dynamic_configuration_can_be_read() -> None:
    values = yaml.safe_load((ROOT / "deploy" / "temporal" / "dynamicconfig.yaml").read_text("utf-8"))
    assert values == {"limit.maxIDLength": [{"value": 255}]}
