"""Every setting, read once from the environment and an optional ``.env`` file; frozen afterwards.

One URL-like setting per port picks the adapter: its scheme names the technology. How to reach Temporal is not here:
``TEMPORAL_ADDRESS``, ``TEMPORAL_NAMESPACE``, ``TEMPORAL_PROFILE`` and the rest are read by the Temporal SDK itself, so
that this application and the ``temporal`` CLI always agree.
"""

import os
from pathlib import Path
from typing import Annotated, Literal
from urllib.parse import urlsplit

from pydantic import Field, SecretStr, ValidationError
from pydantic_settings import BaseSettings, SettingsConfigDict

from tripinvoice.errors import ConfigurationError

PREFIX = "TRIPINVOICE_"


def default_data() -> Path:
    """``$XDG_DATA_HOME/tripinvoice`` or ``~/.local/share/tripinvoice`` (XDG Base Directory Specification)."""
    return Path(os.environ.get("XDG_DATA_HOME") or Path.home() / ".local" / "share") / "tripinvoice"


class Settings(BaseSettings):
    """Settings of worker, bridge and CLI. The defaults need no server but Temporal's."""

    model_config = SettingsConfigDict(
        env_prefix=PREFIX, env_file=".env", env_ignore_empty=True, frozen=True, extra="ignore"
    )

    data: Path = Field(default_factory=default_data, description="Folder of the embedded stores. Created when missing.")
    store: str = Field(
        "sqlite:",
        description="Records, numbers and answers: `sqlite:` (a file in the data folder), `sqlite:///path/to/file.db` "
        "or `cassandra://host,host:9042/keyspace`.",
    )
    documents: str = Field(
        "folder:",
        description="Documents and evidence: `folder:` (in the data folder), `folder:///path/to/folder` or "
        "`s3://host:port/bucket` (`s3+http://` without TLS); the bucket may hold `{country}` and `{year}`.",
    )
    kafka: str = Field(
        "embedded:",
        description="Kafka: `embedded:` (librdkafka's in-process mock cluster; events end with the process) "
        "or `kafka://host:9092,host:9092`.",
    )
    trips_topic: str = Field("trips.completed", description="Topic of completed trips.")
    invoices_topic: str = Field("invoices.issued", description="Topic on which invoices are announced.")
    mismatches_topic: str = Field(
        "invoice.compare.mismatch", description="Topic on which differences between two implementations are told."
    )
    consumer_group: str = Field("tripinvoice-bridge", description="Kafka consumer group of the bridge.")
    consumer_protocol: Literal["classic", "consumer"] = Field(
        "classic",
        description="Kafka's group protocol: `classic`, which every broker speaks, or `consumer` (KIP-848, brokers "
        "from 4.0 on). The embedded cluster always gets `consumer`.",
    )
    consumer_instance: str = Field(
        "",
        description="This bridge's fixed name in its group (static membership), such as a pod's ordinal: a restart "
        "moves no partitions. Empty means none.",
    )
    consumer_session_timeout: Annotated[float, Field(ge=1, le=300)] = Field(
        45.0,
        description="Seconds without a heartbeat after which the group gives a bridge's partitions away. Protocol "
        "`classic` only; with `consumer` the brokers decide.",
    )
    dead_letters_topic: str = Field(
        "", description="Topic of refused trip events. Empty means the topic of completed trips with `.dlq` behind it."
    )
    kafka_security_protocol: Literal["plaintext", "ssl", "sasl_plaintext", "sasl_ssl"] = Field(
        "plaintext", description="How every Kafka client of ours speaks to the brokers."
    )
    kafka_sasl_mechanism: Literal["PLAIN", "SCRAM-SHA-256", "SCRAM-SHA-512"] = Field(
        "PLAIN", description="How a user is authenticated, with the protocols `sasl_…`."
    )
    kafka_sasl_username: str = Field("", description="User name, with the protocols `sasl_…`.")
    kafka_sasl_password: SecretStr = Field(SecretStr(""), description="Password, with the protocols `sasl_…`.")
    kafka_ca: str = Field(
        "", description="PEM file of the authorities that sign the brokers' certificates. Empty means the system's."
    )
    kafka_certificate: str = Field("", description="PEM file of the client's certificate (mutual TLS).")
    kafka_key: str = Field("", description="PEM file of the client certificate's private key.")
    kafka_key_password: SecretStr = Field(SecretStr(""), description="Password of that key, if it has one.")
    trips_format: Literal["json", "avro", "jsonschema", "protobuf"] = Field(
        "json",
        description="How trip events are written: `json`, or with a schema of a registry as `avro`, `jsonschema` or "
        "`protobuf`, which need the extra `tripinvoice[registry]`.",
    )
    schema_registry: str = Field("", description="Address of the schema registry, such as `https://registry:8081`.")
    schema_registry_username: str = Field("", description="User name at the schema registry. Empty means none.")
    schema_registry_password: SecretStr = Field(SecretStr(""), description="Password at the schema registry.")
    cassandra_username: str = Field("", description="Cassandra: user, when the cluster asks for one.")
    cassandra_password: SecretStr = Field(SecretStr(""), description="Cassandra: the user's password.")
    cassandra_local_dc: str = Field("", description="Cassandra: the data centre of this process; empty with only one.")
    cassandra_replication: str = Field(
        "1",
        description="Cassandra: what `tripinvoice schema apply` makes the keyspace with: copies (`3`), or copies by "
        "data centre (`eu=3,us=3`).",
    )
    cassandra_serial_consistency: Literal["SERIAL", "LOCAL_SERIAL"] = Field(
        "LOCAL_SERIAL",
        description="Cassandra: `LOCAL_SERIAL` when one data centre gives all numbers, `SERIAL` when several may. All "
        "processes must have the same; docs/data-centres.md says what each loses.",
    )
    cassandra_commit_consistency: Literal["LOCAL_QUORUM", "QUORUM", "EACH_QUORUM"] = Field(
        "LOCAL_QUORUM", description="Cassandra: who must have a number before it is given; see docs/data-centres.md."
    )
    cassandra_tls: bool = Field(default=False, description="Cassandra: speak TLS.")
    cassandra_ca: Path | None = Field(None, description="Cassandra: authorities to trust (PEM); else the system's.")
    cassandra_certificate: Path | None = Field(None, description="Cassandra: this client's certificate (PEM).")
    cassandra_key: Path | None = Field(None, description="Cassandra: the key of that certificate (PEM).")
    s3_access_key: str = Field(
        "", description="S3: access key; empty means the usual AWS environment, profile or instance role."
    )
    s3_secret_key: SecretStr = Field(SecretStr(""), description="S3: secret key.")
    s3_region: str = Field("", description="S3: region; empty lets the store say.")
    s3_ca: Path | None = Field(None, description="S3: authorities to trust (PEM); else the system's.")
    s3_retention_years: Annotated[int, Field(ge=0, le=100)] = Field(
        0,
        description="S3: object lock keeps each object until so many years after the end of its year; 0 leaves it to "
        "the bucket (docs/document-store.md).",
    )
    s3_retention_mode: Literal["GOVERNANCE", "COMPLIANCE"] = Field(
        "COMPLIANCE",
        description="S3: whether somebody with the permission may delete earlier (`GOVERNANCE`), or nobody.",
    )
    s3_encryption: str = Field(
        "", description="S3: server-side encryption: `AES256` (the store's key) or `aws:kms:KEY_ID`; empty for none."
    )
    money_systems: str = Field(
        "sample:", description="The table of money systems: `sample:` (bundled) or `file:///path/to/systems.toml`."
    )
    money_systems_url: str = Field(
        "http://127.0.0.1:8900", description="What `{base}` stands for in the table's addresses."
    )
    compare_ignores: str = Field(
        "",
        description="Differences between two implementations that are known and allowed for a while: "
        "`file:///path/to/ignores.toml`. Empty means none.",
    )
    render_processes: Annotated[int, Field(ge=0, le=64)] = Field(
        0, description="Render processes of one worker; 0 means one per processor."
    )
    max_activities: Annotated[int, Field(ge=1, le=1000)] = Field(
        64, description="Activities that one worker runs at once on each of its task queues."
    )
    max_cached_workflows: Annotated[int, Field(ge=1, le=100_000)] = Field(
        1000, description="Workflows that one worker keeps in memory between tasks."
    )
    bridge_in_flight: Annotated[int, Field(ge=1, le=10_000)] = Field(
        64, description="Starts that the bridge has under way at once."
    )
    shutdown_grace: Annotated[float, Field(ge=0, le=3600)] = Field(
        30.0,
        description="Seconds that running activities get to finish after SIGTERM; what the bridge has begun gets them "
        "too, but no more than 20.",
    )
    deployment: str = Field("tripinvoice", description="Worker deployment name, when worker versioning is on.")
    build_id: str = Field(
        "",
        description="Build id of this worker (an image digest); empty means worker versioning is off. A versioned "
        "worker gets work only after its version is made current.",
    )
    metrics: str = Field(
        "",
        description="Where worker and bridge serve their metrics for Prometheus, such as `0.0.0.0:9464`; one process "
        "per address. Empty means nowhere.",
    )
    traces: Annotated[str, Field(pattern=r"^(https?://[^\s/]+.*)?$")] = Field(
        "",
        description="Where worker and bridge send traces: the address of an OTLP/HTTP collector, such as "
        "`http://collector:4318`. Empty means nowhere (docs/observability.md).",
    )
    environment: Literal["development", "production"] = Field(
        "development",
        description="`production` warns once about each embedded adapter in use. Log lines and traces carry it.",
    )
    log_level: Literal["debug", "info", "warning", "error"] = Field("info", description="Least severe log level.")
    log_format: Literal["auto", "console", "json"] = Field(
        "auto",
        description="`auto` means readable lines on a terminal, else `json`: an ECS document a line (docs/logs.md).",
    )

    @property
    def kafka_is_embedded(self) -> bool:
        """Whether Kafka is the cluster in this process."""
        return urlsplit(self.kafka).scheme == "embedded"

    @property
    def store_is_cassandra(self) -> bool:
        """Whether records, numbers and answers are in a cluster, which may hold billions of them."""
        return urlsplit(self.store).scheme == "cassandra"

    @property
    def documents_are_in_buckets(self) -> bool:
        """Whether the documents are in S3."""
        return urlsplit(self.documents).scheme in {"s3", "s3+http"}


def read_settings(**overrides: object) -> Settings:
    """The settings of this process; ``overrides`` are a command's own options.

    Raises :class:`ConfigurationError` naming the variable and what it takes, never its value.
    """
    try:
        return Settings(**overrides)  # type: ignore[arg-type]
    except ValidationError as error:
        first = error.errors(include_url=False, include_input=False)[0]
        name = f"{PREFIX}{'_'.join(str(part) for part in first['loc'])}".upper()
        raise ConfigurationError(f"{name}: {first['msg']}; see docs/settings.md", field=name) from None
