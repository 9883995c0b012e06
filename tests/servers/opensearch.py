"""OpenSearch: one node, which stands for Elasticsearch where the two are the same.

That is templates, data streams, writes and searches: both come from Elasticsearch 7. Its jars are those that Maven has.
"""

import json
import shutil
import urllib.error
import urllib.request
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any, ClassVar

import yaml

from tests.servers import jvm, programs
from tests.servers.server import HOST, Server

_HEAP = "384m"
_LOGGING = """\
appender.log.type = Console
appender.log.name = log
appender.log.layout.type = PatternLayout
appender.log.layout.pattern = %d %p %c{1} %m%n
rootLogger.level = warn
rootLogger.appenderRef.log.ref = log
"""
_HTTP = "transport-netty4"  # a module: in its folder, and not among the server's own jars
_MODULE = """\
name={name}
description=HTTP
version={version}
opensearch.version={version}
java.version=11
classname=org.opensearch.transport.Netty4Plugin
"""
_RIGHTS = """grant {
  permission java.net.SocketPermission "*", "accept,connect,listen,resolve";
  permission java.io.FilePermission "/proc/sys/net/core/somaxconn", "read";
};
"""


class OpenSearch(Server):
    """A node without authentication, and without anything that it would need a plugin for."""

    name = "opensearch"
    usual_ports: ClassVar[Mapping[str, int]] = {"main": 9200, "transport": 9300}

    @property
    def url(self) -> str:
        """Where it answers."""
        return f"http://{self.address}"

    def environment(self) -> dict[str, str]:
        """Nothing: the application does not know it."""
        return {}

    def ask(self, method: str, path: str, body: Any = None) -> tuple[int, Any]:
        """Status and answer."""
        data = None if body is None else json.dumps(body).encode()
        request = urllib.request.Request(  # noqa: S310 - ours
            f"{self.url}/{path}", data, {"Content-Type": "application/json"}, method=method
        )
        try:
            with urllib.request.urlopen(request, timeout=30) as answer:  # noqa: S310 - ours
                return answer.status, json.load(answer)
        except urllib.error.HTTPError as error:
            return error.code, json.loads(error.read())

    def _prepare(self) -> tuple[Sequence[str], dict[str, str]]:
        jars = sorted(programs.opensearch().glob("*.jar"))
        module = [jar for jar in jars if jar.name.startswith(("netty-", _HTTP))]
        own = [str(jar) for jar in jars if jar not in module]
        self._install(module)
        home = self.folder / "home"
        options = [
            f"-Dopensearch.path.home={home}",
            f"-Dopensearch.path.conf={home / 'config'}",
            f"-Djava.io.tmpdir={self.folder}",
            "-Djava.security.manager=allow",
            # Without its native library it cannot ask who runs it: a build machine's root is as good as anybody.
            "-Djna.nounpack=true",
            "-Djna.nosys=true",
            "-Dlog4j2.disableJmx=true",
        ]
        return jvm.command_of(own, _HEAP, options, "org.opensearch.bootstrap.OpenSearch"), {}

    def _install(self, module: Sequence[Path]) -> None:
        home = self.folder / "home"
        config, http = home / "config", home / "modules" / _HTTP
        for folder in (config, http, home / "plugins"):
            folder.mkdir(parents=True, exist_ok=True)
        (config / "opensearch.yml").write_text(yaml.safe_dump(self._configuration()))
        (config / "log4j2.properties").write_text(_LOGGING)
        for jar in module:
            shutil.copy(jar, http)
        version = next(jar for jar in module if jar.name.startswith(_HTTP)).stem.rpartition("-")[2]
        (http / "plugin-security.policy").write_text(_RIGHTS)
        (http / "plugin-descriptor.properties").write_text(_MODULE.format(name=_HTTP, version=version))

    def _configuration(self) -> dict[str, Any]:
        return {
            "discovery.type": "single-node",
            "network.host": HOST,
            "http.port": self.port,
            "transport.port": self.ports["transport"],
            "path.data": str(self.folder / "data"),
            "path.logs": str(self.folder),
            # A full disk of the machine is no matter of the tests'.
            "cluster.routing.allocation.disk.threshold_enabled": False,
        }

    def _ask(self) -> None:
        status, health = self.ask("GET", "_cluster/health")
        if status != 200 or health["status"] == "red":
            raise ConnectionError(f"not ready: {health}")
