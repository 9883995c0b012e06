"""The Compose file, without an engine that could start it.

What the code also knows is compared, and what runs in a container is run, or at least parsed, outside of one.
"""

import graphlib
import itertools
import os
import re
import subprocess
import sys
import time
import urllib.error
import urllib.request
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

import pytest
import typer.main
import yaml
from typer.core import TyperGroup

from starter.bridge import Pace
from starter.cli import app
from starter.embedded import free_port
from tests.docs import compose
from tests.docs.compose import FILE, OURS, SERVICES, environment, plain
from tests.docs.pages import ROOT
from tripinvoice.settings import PREFIX, Settings, read_settings

PROFILES = ("app", "elk", "metrics", "render", "samples")
PINNED = re.compile(r"[\w./-]+:(v?\d+(\.\d+)*|RELEASE\.\d{4}-\d\d-\d\dT\d\d-\d\d-\d\dZ)")
JOBS = {name for name, service in SERVICES.items() if service["restart"] == "on-failure:6"}
OUR_COMMANDS = {name: service["command"] for name, service in OURS.items() if "entrypoint" not in service}


# --- its form --------------------------------------------------------------------------------------------------------


def test_it_has_only_what_compose_knows() -> None:
    """A key with a slip in it is an error to Compose: it refuses the whole file."""
    assert {key for key in FILE if not key.startswith("x-")} == {"name", "services", "volumes"}
    assert {key for service in SERVICES.values() for key in service} == {
        *("image", "build", "profiles", "command", "entrypoint", "environment", "depends_on", "healthcheck"),
        *("volumes", "tmpfs", "ports", "mem_limit", "logging", "restart", "stop_grace_period"),
        *("read_only", "cap_drop", "security_opt"),
    }
    checks = [service["healthcheck"] for service in SERVICES.values() if "healthcheck" in service]
    assert {key for check in checks for key in check} == {"test", "interval", "timeout", "retries", "start_period"}
    assert {check["test"][0] for check in checks} == {"CMD", "CMD-SHELL"}
    assert [check["test"] for check in checks if check["test"][0] == "CMD-SHELL" and len(check["test"]) != 2] == []


def test_every_value_of_an_environment_is_a_string() -> None:
    """YAML would make a boolean of a bare word, and Compose refuses those."""
    values = [value for service in SERVICES.values() for value in service.get("environment", {}).values()]
    assert [value for value in values if not isinstance(value, str)] == []


@pytest.mark.parametrize("name", SERVICES)
def test_commands_are_lists_of_words(name: str) -> None:
    """A string would be split by rules of its own, and a number would not be a word."""
    for key in ("command", "entrypoint"):
        words = SERVICES[name].get(key, [])
        assert isinstance(words, list)
        assert [word for word in words if not isinstance(word, str)] == []


@pytest.mark.parametrize("name", SERVICES)
def test_every_service_says_what_it_may_take(name: str) -> None:
    """Memory, and room for its log; a server comes back, a job is tried again."""
    service = SERVICES[name]
    assert re.fullmatch(r"\d+[mg]", service["mem_limit"])
    assert service["logging"]["options"] == {"max-size": "10m", "max-file": "3"}
    assert service["restart"] in {"unless-stopped", "on-failure:6"}


# --- what starts, and in which order ---------------------------------------------------------------------------------


def test_by_default_it_is_temporal_alone() -> None:
    assert compose.started_with() == {
        "postgres",
        "temporal-schema",
        "temporal",
        "temporal-namespace",
        "temporal-ui",
    }


def test_each_profile_brings_its_part() -> None:
    servers = {"kafka", "kafka-topics", "cassandra", "s3"}
    jobs = {"schema", "bucket"}
    default = compose.started_with()
    assert compose.started_with("app") - default == servers | jobs | {"schedule", "worker", "bridge"}
    assert compose.started_with("render") - default == servers | jobs | {"render-worker"}
    assert compose.started_with("samples") - default == {"money-systems"}
    kibana = {"elasticsearch", "kibana", "elk-setup", "logstash"}
    assert compose.started_with("elk") - default == {"kafka", "kafka-topics"} | kibana
    assert compose.started_with("metrics") - default == {"prometheus", "grafana"}
    assert {profile for service in SERVICES.values() for profile in service.get("profiles", [])} == set(PROFILES)


@pytest.mark.parametrize(
    "profiles", [some for n in range(len(PROFILES) + 1) for some in itertools.combinations(PROFILES, n)]
)
def test_what_is_waited_for_starts_too(profiles: tuple[str, ...]) -> None:
    """Compose refuses a file in which a service waits for one of a profile that is off."""
    started = compose.started_with(*profiles)
    assert {other for name in started for other, _ in compose.needs(name)} - started == set()


@pytest.mark.parametrize("name", SERVICES)
def test_what_it_waits_for_comes(name: str) -> None:
    """Something that must be healthy has a health check; something that must end is a job, and tried again."""
    for other, condition in compose.needs(name):
        assert condition == ("service_completed_successfully" if other in JOBS else "service_healthy")
        assert other in JOBS or "healthcheck" in SERVICES[other]


def test_nothing_waits_for_itself() -> None:
    order = graphlib.TopologicalSorter({name: [other for other, _ in compose.needs(name)] for name in SERVICES})
    assert len(list(order.static_order())) == len(SERVICES)


@pytest.mark.parametrize("name", ["worker", "render-worker"])
def test_a_worker_starts_when_its_stores_are_ready(name: str) -> None:
    assert dict(compose.needs(name)).keys() == {"temporal-namespace", "kafka-topics", "schema", "bucket"}


# --- images ----------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("name", SERVICES)
def test_images_are_pinned(name: str) -> None:
    assert PINNED.fullmatch(plain(SERVICES[name]["image"]))


def test_tools_are_of_their_servers_own_version() -> None:
    temporal = ["temporal", "temporal-schema", "temporal-namespace"]
    assert len({SERVICES[name]["image"].rpartition(":")[2] for name in temporal}) == 1
    assert SERVICES["kafka-topics"]["image"] == SERVICES["kafka"]["image"]
    assert SERVICES["elk-setup"]["image"] == SERVICES["elasticsearch"]["image"]
    stack = ["elasticsearch", "kibana", "logstash"]
    assert len({SERVICES[name]["image"].rpartition(":")[2] for name in stack}) == 1


def test_our_image_is_of_this_version() -> None:
    version = re.search(r'^version = "(.+)"$', (ROOT / "pyproject.toml").read_text("utf-8"), re.MULTILINE)
    assert version is not None
    assert {plain(service["image"]) for service in OURS.values()} == {f"tripinvoice:{version[1]}"}


@pytest.mark.parametrize("program", ["kafka", "cassandra"])
def test_servers_are_those_that_the_tests_run(program: str) -> None:
    """Of the same version."""
    pom = (ROOT / "tests" / "servers" / "pins" / program / "pom.xml").read_text("utf-8")
    tag = SERVICES[program]["image"].rpartition(":")[2]
    assert f"<version>{tag}</version>" in pom


def test_prometheus_is_the_one_that_judges_the_rules() -> None:
    """Its Go module counts otherwise than its image: v0.313.5 is 3.13.5."""
    module = (ROOT / "tests" / "servers" / "pins" / "prometheus" / "go.mod").read_text("utf-8")
    found = re.search(r"github\.com/prometheus/prometheus v0\.(\d)(\d\d)\.(\d+)", module)
    assert found is not None
    major, minor, patch = map(int, found.groups())
    assert SERVICES["prometheus"]["image"].endswith(f":v{major}.{minor}.{patch}")


def test_prometheus_reads_our_processes() -> None:
    """Where each of them serves."""
    jobs = yaml.safe_load((ROOT / "deploy" / "prometheus" / "prometheus.yml").read_text("utf-8"))["scrape_configs"]
    read = {name: str(dns["port"]) for job in jobs for dns in job["dns_sd_configs"] for name in dns["names"]}
    serving = {name for name in OURS if "healthcheck" in OURS[name] and "entrypoint" not in OURS[name]}
    assert read == {name: environment(name)["TRIPINVOICE_METRICS"].split(":")[1] for name in serving}


def test_grafana_finds_its_dashboards_and_prometheus() -> None:
    provisioning = ROOT / "deploy" / "grafana" / "provisioning"
    [provider] = yaml.safe_load((provisioning / "dashboards" / "tripinvoice.yml").read_text("utf-8"))["providers"]
    [source] = yaml.safe_load((provisioning / "datasources" / "prometheus.yml").read_text("utf-8"))["datasources"]
    mounted = dict(volume.split(":")[:2] for volume in SERVICES["grafana"]["volumes"])
    assert mounted["./deploy/grafana/dashboards"] == provider["options"]["path"]
    assert source["url"] == "http://prometheus:9090"
    home = SERVICES["grafana"]["environment"]["GF_DASHBOARDS_DEFAULT_HOME_DASHBOARD_PATH"]
    assert (ROOT / "deploy" / "grafana" / "dashboards" / Path(home).name).is_file()


def test_mismatches_get_to_kibana() -> None:
    """Each part finds the others where they listen, and the files that it needs."""
    kibana, setup, logstash = (SERVICES[name]["environment"] for name in ("kibana", "elk-setup", "logstash"))
    found = {kibana["ELASTICSEARCH_HOSTS"], setup["ELASTICSEARCH_URL"], logstash["ELASTICSEARCH_URL"]}
    assert found == {"http://elasticsearch:9200"}
    assert setup["KIBANA_URL"] == "http://kibana:5601"
    assert (
        f"PLAINTEXT://{logstash['KAFKA_BOOTSTRAP']}" in SERVICES["kafka"]["environment"]["KAFKA_ADVERTISED_LISTENERS"]
    )
    assert SERVICES["elk-setup"]["volumes"] == ["./deploy:/deploy:ro"]
    script = SERVICES["elk-setup"]["entrypoint"][1]
    assert (ROOT / script.lstrip("/")).is_file()
    # The image reads every file of its folder as a part of one pipeline.
    folder = next(volume.split(":")[0] for volume in SERVICES["logstash"]["volumes"] if "/pipeline:" in volume)
    assert [file.name for file in (ROOT / folder).iterdir()] == ["mismatches.conf"]


# --- our services ----------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("name", OUR_COMMANDS)
def test_every_variable_is_a_setting_and_all_are_accepted(name: str, monkeypatch: pytest.MonkeyPatch) -> None:
    known = {f"{PREFIX}{field.upper()}" for field in Settings.model_fields} | {"TEMPORAL_ADDRESS", "TEMPORAL_NAMESPACE"}
    assert sorted(environment(name).keys() - known) == []
    for key, value in environment(name).items():
        monkeypatch.setenv(key, value)
    settings = read_settings(_env_file=None)
    assert settings.environment == "production"
    assert settings.build_id == ""


def test_our_services_agree() -> None:
    """One environment for all: a worker and a job with different stores would be a bad surprise."""
    assert len({tuple(environment(name).items()) for name in OUR_COMMANDS}) == 1


def test_no_store_is_embedded() -> None:
    """Each is a server of this file, at the port on which it listens."""
    settings = environment("worker")
    names = ("KAFKA", "STORE", "DOCUMENTS", "MONEY_SYSTEMS_URL")
    places = {name: urlsplit(settings[f"{PREFIX}{name}"]) for name in names}
    assert {name: (place.scheme, place.netloc) for name, place in places.items()} == {
        "KAFKA": ("kafka", "kafka:9092"),
        "STORE": ("cassandra", "cassandra:9042"),
        "DOCUMENTS": ("s3+http", "s3:9000"),
        "MONEY_SYSTEMS_URL": ("http", "money-systems:8900"),
    }
    assert "PLAINTEXT://kafka:9092" in SERVICES["kafka"]["environment"]["KAFKA_ADVERTISED_LISTENERS"]
    assert SERVICES["money-systems"]["command"] == ["--host", "0.0.0.0", "--port", "8900"]  # noqa: S104 - in its container
    assert settings["TEMPORAL_ADDRESS"] == "temporal:7233"


@pytest.mark.parametrize("name", OUR_COMMANDS)
def test_it_runs_a_command_of_ours(name: str) -> None:
    """With options that the command takes: they are parsed here, and nothing is run."""
    command: Any = typer.main.get_group(app)
    words = list(OUR_COMMANDS[name])
    path = ["tripinvoice"]
    while isinstance(command, TyperGroup):
        path.append(words.pop(0))
        assert path[-1] in command.commands
        command = command.commands[path[-1]]
    command.make_context(" ".join(path), words)
    told = subprocess.run(
        [sys.executable, "-m", "starter.cli", *path[1:], "--help"], capture_output=True, text=True, check=True
    )
    assert " ".join(path) in told.stdout


@pytest.mark.parametrize("name", OURS)
def test_it_is_stopped_later_than_it_needs(name: str) -> None:
    grace = float(environment("worker")["TRIPINVOICE_SHUTDOWN_GRACE"])
    assert float(OURS[name]["stop_grace_period"].removesuffix("s")) >= max(grace, Pace().drain) + 10


@pytest.mark.parametrize("name", OURS)
def test_it_has_no_rights_and_keeps_nothing(name: str) -> None:
    """The folders in which it may write are memory, and belong to the image's user."""
    service = OURS[name]
    assert (service["read_only"], service["cap_drop"]) == (True, ["ALL"])
    assert service["security_opt"] == ["no-new-privileges:true"]
    user = re.search(r"^USER (\d+):(\d+)$", (ROOT / "Dockerfile").read_text("utf-8"), re.MULTILINE)
    assert user is not None
    assert service["tmpfs"] == ["/tmp", f"/var/lib/tripinvoice:uid={user[1]},gid={user[2]},mode=0700"]  # noqa: S108
    assert "volumes" not in service


@pytest.mark.parametrize("name", ["worker", "bridge", "render-worker"])
def test_its_health_check_asks_where_it_serves(name: str) -> None:
    _, port = environment(name)["TRIPINVOICE_METRICS"].split(":")
    assert f"http://localhost:{port}/metrics" in SERVICES[name]["healthcheck"]["test"][3]


def test_render_processes_fit_into_the_memory() -> None:
    """docs/deploying.md: 400 MB each at most, beside the worker itself."""
    processes = int(environment("worker")["TRIPINVOICE_RENDER_PROCESSES"])
    for name in ("worker", "render-worker"):
        assert int(SERVICES[name]["mem_limit"].removesuffix("g")) * 1024 >= processes * 400 + 512
    assert SERVICES["render-worker"]["command"] == ["worker", "--queues", "render"]


def test_the_sample_money_systems_start_and_are_healthy() -> None:
    """The container's own command and health check, at a free port."""
    service = SERVICES["money-systems"]
    port = str(free_port())
    program = [sys.executable, *service["entrypoint"][service["entrypoint"].index("python") + 1 :]]
    place = ["--host", "127.0.0.1", "--port", port]
    check = service["healthcheck"]["test"][3].replace("8900", port)
    with subprocess.Popen([*program, *place], stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL, cwd=ROOT) as server:
        try:
            _wait_for(f"http://127.0.0.1:{port}/_health")
            subprocess.run([sys.executable, "-c", check.replace("localhost", "127.0.0.1")], check=True)
        finally:
            server.terminate()


def _wait_for(url: str) -> None:
    for _ in range(200):
        try:
            urllib.request.urlopen(url, timeout=1).close()  # noqa: S310 - the loopback address
        except urllib.error.URLError:
            time.sleep(0.1)
        else:
            return
    pytest.fail(f"nothing answers at {url}")


# --- servers ---------------------------------------------------------------------------------------------------------


def test_there_are_shards_enough_for_ever() -> None:
    """The image's default is 4, and it cannot be changed afterwards."""
    assert SERVICES["temporal"]["environment"]["NUM_HISTORY_SHARDS"] == "512"


def test_the_dynamic_configuration_can_be_read() -> None:
    values = yaml.safe_load((ROOT / "deploy" / "temporal" / "dynamicconfig.yaml").read_text("utf-8"))
    assert values == {"limit.maxIDLength": [{"value": 255}]}


def test_the_topics_are_those_of_the_settings(tmp_path: Path) -> None:
    """The script runs with a tool that only says what it was asked."""
    tool = tmp_path / "kafka-topics.sh"
    tool.write_text('#!/bin/sh\necho "$*"\n')
    tool.chmod(0o755)
    variables = {"PATH": os.environ["PATH"], "KAFKA_BIN": str(tmp_path), "KAFKA_BOOTSTRAP": "kafka:9092"}
    script = ROOT / "deploy" / "kafka" / "topics.sh"
    said = subprocess.run(["sh", script], env=variables, capture_output=True, text=True, check=True)  # noqa: S607
    *made, last = said.stdout.splitlines()
    assert last == "the topics are there"
    trips, dead, issued, mismatches = (_asked(line) for line in made)
    settings = Settings.model_construct()
    assert trips["--topic"] == settings.trips_topic
    assert dead["--topic"] == f"{settings.trips_topic}.dlq"
    assert issued["--topic"] == settings.invoices_topic
    assert mismatches["--topic"] == settings.mismatches_topic
    assert trips["--bootstrap-server"] == SERVICES["kafka-topics"]["environment"]["KAFKA_BOOTSTRAP"]
    assert (trips["--partitions"], trips["--replication-factor"]) == ("6", "1")
    day = 24 * 60 * 60 * 1000
    assert trips["retention.ms"] == str(7 * day)
    assert (dead["retention.ms"], issued["retention.ms"]) == ("-1", str(30 * day))
    assert mismatches["retention.ms"] == str(7 * day)
    usual = 1_048_588  # Kafka's default of max.message.bytes
    assert int(dead["max.message.bytes"]) == usual + 4096  # docs/bridge.md: for its headers


def _asked(line: str) -> dict[str, str]:
    """The options of one call, and the settings that it gives with ``--config NAME=VALUE``."""
    words = line.split()
    options = dict(itertools.pairwise(words))
    return options | dict(word.split("=", 1) for word in words if "=" in word)


def test_kafka_makes_no_topic_by_itself() -> None:
    assert SERVICES["kafka"]["environment"]["KAFKA_AUTO_CREATE_TOPICS_ENABLE"] == "false"


def test_cassandra_runs_as_numbers_need_it() -> None:
    """Conditional writes that stay right (docs/cassandra.md), on the disk before they are acknowledged."""
    given = SERVICES["cassandra"]["environment"]
    options = dict(option.removeprefix("-D").split("=", 1) for option in given["JVM_EXTRA_OPTS"].split())
    assert options == {
        "cassandra.config.allow_system_properties": "true",
        "cassandra.settings.paxos_variant": "v2",
        "cassandra.settings.storage_compatibility_mode": "NONE",
        "cassandra.settings.commitlog_sync": "batch",
        "cassandra.settings.commitlog_sync_period": "0ms",
    }
    ours = environment("schema")
    assert ours["TRIPINVOICE_CASSANDRA_LOCAL_DC"] == given["CASSANDRA_DC"]
    assert ours["TRIPINVOICE_CASSANDRA_REPLICATION"] == f"{given['CASSANDRA_DC']}=1"


@pytest.mark.parametrize(
    ("name", "variable"),
    [
        ("cassandra", "MAX_HEAP_SIZE"),
        ("kafka", "KAFKA_HEAP_OPTS"),
        ("elasticsearch", "ES_JAVA_OPTS"),
        ("logstash", "LS_JAVA_OPTS"),
    ],
)
def test_a_heap_takes_half_of_the_memory_at_most(name: str, variable: str) -> None:
    """Java and the page cache need the rest."""
    size = re.search(r"(?:^|-Xmx)(\d+)([mMgG])$", SERVICES[name]["environment"][variable])
    assert size is not None
    megabytes = int(size[1]) * (1024 if size[2] in "gG" else 1)
    assert 2 * megabytes <= int(SERVICES[name]["mem_limit"].removesuffix("g")) * 1024


# --- what it takes from outside --------------------------------------------------------------------------------------


@pytest.mark.parametrize("name", SERVICES)
def test_what_it_mounts_is_there(name: str) -> None:
    for volume in SERVICES[name].get("volumes", []):
        source, _, rest = volume.partition(":")
        if source.startswith("."):
            assert (ROOT / source).is_dir()
            assert rest.endswith(":ro")
        else:
            assert source in FILE["volumes"]


def test_every_volume_is_used() -> None:
    used = {volume.split(":")[0] for service in SERVICES.values() for volume in service.get("volumes", [])}
    assert {source for source in used if not source.startswith(".")} == set(FILE["volumes"])


@pytest.mark.parametrize("name", SERVICES)
def test_mounted_scripts_and_files_are_there(name: str) -> None:
    service = SERVICES[name]
    folders = [volume.split(":")[0] for volume in service.get("volumes", []) if ":/scripts:" in volume]
    words = [*service.get("entrypoint", []), *service.get("environment", {}).values()]
    quoted = [word.removeprefix("/scripts/") for word in words if word.startswith("/scripts/")]
    assert [file for file in quoted if not Path(ROOT, *folders, file).is_file()] == []


def test_ports_are_open_to_this_machine_only() -> None:
    ports = [port for service in SERVICES.values() for port in service.get("ports", [])]
    assert sorted(ports) == [
        "127.0.0.1:29092:29092",
        "127.0.0.1:3000:3000",
        "127.0.0.1:5601:5601",
        "127.0.0.1:7233:7233",
        "127.0.0.1:8080:8080",
        "127.0.0.1:9090:9090",
    ]


def test_every_secret_is_a_variable() -> None:
    """With a value for trying things out, so that the file works as it is; both ends of each are the same variable."""
    secrets: dict[str, set[str]] = {}
    for service in SERVICES.values():
        for key, value in service.get("environment", {}).items():
            if re.search(r"PASSWORD|PWD|SECRET|ACCESS_KEY|ROOT_USER", key):
                secrets.setdefault(value, set()).add(key)
    assert secrets == {
        "${TEMPORAL_DB_PASSWORD:-temporal}": {"POSTGRES_PASSWORD", "SQL_PASSWORD", "POSTGRES_PWD"},
        "${TRIPINVOICE_S3_ACCESS_KEY:-tripinvoice}": {"TRIPINVOICE_S3_ACCESS_KEY", "MINIO_ROOT_USER"},
        "${TRIPINVOICE_S3_SECRET_KEY:-tripinvoice-secret}": {"TRIPINVOICE_S3_SECRET_KEY", "MINIO_ROOT_PASSWORD"},
    }


def test_every_variable_has_a_default_and_one_only() -> None:
    """Without a .env file Compose would fill in nothing, and say so in every command."""
    found = re.findall(r"\$\{[^}]*\}", compose.TEXT)
    assert len(found) == len(re.findall(r"(?<!\$)\$(?!\$)", compose.TEXT))
    assert set(found) == {f"${{{name}:-{default}}}" for name, default in compose.variables().items()}


def test_the_example_file_has_every_variable_and_no_other() -> None:
    """Our settings, and those that only Compose reads; each below a comment."""
    lines = (ROOT / ".env.example").read_text("utf-8").splitlines()
    named = {line[1:].partition("=")[0]: lines[n - 1] for n, line in enumerate(lines) if re.match(r"#[A-Z]\w+=", line)}
    settings = {f"{PREFIX}{field.upper()}" for field in Settings.model_fields}
    assert named.keys() - settings == compose.MEANINGS.keys()
    assert compose.variables().keys() <= named.keys()
    assert compose.MEANINGS.keys() <= compose.variables().keys()
    assert [name for name, above in named.items() if not above.startswith("# ")] == []
