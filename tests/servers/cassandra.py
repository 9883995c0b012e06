"""Apache Cassandra: one node, with the Paxos of production."""

import ssl
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any, ClassVar

import yaml
from cassandra.auth import PlainTextAuthProvider
from cassandra.cluster import Cluster

from tests.servers import jvm, programs
from tests.servers.server import HOST, Server

KEYSPACE = "tripinvoice"
_HEAP = "768m"
_LOGBACK = """\
<configuration>
  <appender name="log" class="ch.qos.logback.core.ConsoleAppender">
    <encoder><pattern>%date %-5level %logger{0} - %msg%n</pattern></encoder>
  </appender>
  <root level="INFO"><appender-ref ref="log"/></root>
</configuration>
"""
# What Cassandra itself asks for on Java 17.
_EXPORTS = (
    "java.base/jdk.internal.misc",
    "java.base/jdk.internal.ref",
    "java.base/sun.nio.ch",
    "java.base/java.lang.ref",
    "java.management.rmi/com.sun.jmx.remote.internal.rmi",
    "java.rmi/sun.rmi.registry",
    "java.rmi/sun.rmi.server",
    "java.rmi/sun.rmi.transport.tcp",
    "java.sql/java.sql",
    "jdk.unsupported/sun.misc",
)
_OPENS = (
    "java.base/java.lang",
    "java.base/java.lang.module",
    "java.base/java.lang.reflect",
    "java.base/java.io",
    "java.base/java.nio",
    "java.base/java.util",
    "java.base/java.util.concurrent",
    "java.base/java.util.concurrent.atomic",
    "java.base/jdk.internal.loader",
    "java.base/jdk.internal.ref",
    "java.base/jdk.internal.reflect",
    "java.base/jdk.internal.math",
    "java.base/jdk.internal.module",
    "java.base/jdk.internal.util.jar",
    "java.base/sun.nio.ch",
    "jdk.management/com.sun.management.internal",
)


class Cassandra(Server):
    """A node; its data centre is ``datacenter1``. A secured one asks for TLS and for ``user`` and ``password``."""

    name = "cassandra"
    usual_ports: ClassVar[Mapping[str, int]] = {"main": 9042, "storage": 7000, "storage_tls": 7001, "jmx": 7199}

    user = "cassandra"
    password = "cassandra"  # noqa: S105 - what Cassandra begins with

    @property
    def url(self) -> str:
        """For ``TRIPINVOICE_STORE``."""
        return f"cassandra://{self.address}/{KEYSPACE}"

    def environment(self) -> dict[str, str]:
        """The application's setting."""
        return {"TRIPINVOICE_STORE": self.url} | (self._credentials() if self.secured else {})

    def cluster(self, **options: Any) -> Cluster:
        """The driver's cluster for it; the caller shuts it down."""
        if self.secured:
            options["auth_provider"] = PlainTextAuthProvider(self.user, self.password)
            options["ssl_context"] = ssl.create_default_context(cafile=str(self.authority.certificate))
            options["ssl_options"] = {"server_hostname": self.host}
        return Cluster([self.host], port=self.port, **options)

    def _prepare(self) -> tuple[Sequence[str], dict[str, str]]:
        configuration = self.folder / "cassandra.yaml"
        configuration.write_text(yaml.safe_dump(self._configuration()))
        logback = self.folder / "logback.xml"
        logback.write_text(_LOGBACK)
        options = [
            f"-Dcassandra.config={configuration.as_uri()}",
            f"-Dcassandra.storagedir={self.folder}",
            "-Dcassandra-foreground=yes",
            f"-Dcassandra.jmx.local.port={self.ports['jmx']}",
            f"-Dlogback.configurationFile={logback}",
            # There is no other node to wait for.
            "-Dcassandra.ring_delay_ms=100",
            "-Dcassandra.skip_wait_for_gossip_to_settle=0",
            "-Dcassandra.superuser_setup_delay_ms=0",
            "-Djdk.attach.allowAttachSelf=true",
            *(f"--add-exports={package}=ALL-UNNAMED" for package in _EXPORTS),
            *(f"--add-opens={package}=ALL-UNNAMED" for package in _OPENS),
        ]
        jars = programs.cassandra()
        return jvm.command(jars, _HEAP, options, "org.apache.cassandra.service.CassandraDaemon"), {}

    def _configuration(self) -> dict[str, Any]:
        seeds = [{"seeds": f"{HOST}:{self.ports['storage']}"}]
        return {
            "cluster_name": "tripinvoice",
            "num_tokens": 16,
            "partitioner": "org.apache.cassandra.dht.Murmur3Partitioner",
            "endpoint_snitch": "SimpleSnitch",
            "seed_provider": [{"class_name": "org.apache.cassandra.locator.SimpleSeedProvider", "parameters": seeds}],
            "listen_address": HOST,
            "rpc_address": HOST,
            "native_transport_port": self.port,
            "storage_port": self.ports["storage"],
            "ssl_storage_port": self.ports["storage_tls"],
            **{name: str(place) for name, place in self._places().items()},
            "data_file_directories": [str(self._data / "data")],
            # One node is all replicas: what it has answered must be on its disk, or a kill -9 takes numbers back.
            "commitlog_sync": "batch",
            "auto_snapshot": False,
            "storage_compatibility_mode": "NONE",
            "paxos_variant": "v2",
            # The defaults fit a machine that does nothing else. Contention still ends in a timeout, as in production.
            "cas_contention_timeout": "3s",
            "read_request_timeout": "15s",
            "range_request_timeout": "20s",
            "write_request_timeout": "15s",
            "counter_write_request_timeout": "15s",
            "truncate_request_timeout": "60s",
            "request_timeout": "20s",
            # Small: one of a few servers on a laptop.
            "memtable_heap_space": "128MiB",
            "memtable_offheap_space": "64MiB",
            "commitlog_total_space": "512MiB",
            "file_cache_size": "64MiB",
            "concurrent_compactors": 1,
            **(self._security() if self.secured else {}),
        }

    def _credentials(self) -> dict[str, str]:
        return {
            "TRIPINVOICE_CASSANDRA_USERNAME": self.user,
            "TRIPINVOICE_CASSANDRA_PASSWORD": self.password,
            "TRIPINVOICE_CASSANDRA_TLS": "true",
            "TRIPINVOICE_CASSANDRA_CA": str(self.authority.certificate),
        }

    def _security(self) -> dict[str, Any]:
        encryption = {
            "enabled": True,
            "optional": False,
            "require_client_auth": False,
            "ssl_context_factory": {"class_name": "org.apache.cassandra.security.PEMBasedSslContextFactory"},
            "keystore": str(self.authority.sign("server").both),
            "truststore": str(self.authority.certificate),
        }
        return {"authenticator": "PasswordAuthenticator", "client_encryption_options": encryption}

    @property
    def _data(self) -> Path:
        return self.folder / "data"

    def _places(self) -> dict[str, Path]:
        names = ("commitlog", "saved_caches", "hints", "cdc_raw")
        return {f"{name}_directory": self._data / name for name in names}

    def _ask(self) -> None:
        with self.cluster(connect_timeout=5) as cluster, cluster.connect() as session:
            session.execute("SELECT release_version FROM system.local")
