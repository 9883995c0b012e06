"""Prometheus with the rules of ``deploy/prometheus``, reading the processes that a test has started."""

import json
import subprocess
import urllib.parse
import urllib.request
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path
from typing import Any, ClassVar

import yaml

from tests.servers import programs
from tests.servers.process import Lifeline
from tests.servers.server import Server

DEPLOY = Path(__file__).parents[2] / "deploy" / "prometheus"


class Prometheus(Server):
    """Reads every second; ``targets`` are the addresses of each job of the deployed configuration."""

    name = "prometheus"
    usual_ports: ClassVar[Mapping[str, int]] = {"main": 9090}

    def __init__(self, folder: Path, targets: Mapping[str, Sequence[str]], lifeline: Lifeline | None = None) -> None:
        super().__init__(folder, lifeline)
        self._targets = targets

    @property
    def url(self) -> str:
        """Its pages."""
        return f"http://{self.address}"

    def environment(self) -> dict[str, str]:
        """Nothing: it comes to the processes, not they to it."""
        return {}

    def query(self, expression: str, at: float) -> list[float]:
        """What the expression gave at that time, a value for each series.

        Raises ``ValueError`` with what Prometheus has against it.
        """
        return [float(series["value"][1]) for series in self._get("query", query=expression, time=str(at))["result"]]

    def metrics_of(self, expression: str) -> frozenset[str]:
        """The metrics that an expression names."""
        return frozenset(_named(self._get("parse_query", query=expression)))

    def names(self) -> frozenset[str]:
        """Every metric that it knows."""
        return frozenset(self._get("label/__name__/values"))

    def _get(self, path: str, **parameters: str) -> Any:
        address = f"{self.url}/api/v1/{path}?{urllib.parse.urlencode(parameters)}"
        try:
            with urllib.request.urlopen(address, timeout=10) as answer:  # noqa: S310 - ours
                return json.load(answer)["data"]
        except urllib.error.HTTPError as error:
            raise ValueError(error.read().decode()) from None

    def _prepare(self) -> tuple[Sequence[str], dict[str, str]]:
        (self.folder / "prometheus.yml").write_text(yaml.safe_dump(self._configuration()))
        return [
            str(programs.prometheus() / "prometheus"),
            f"--config.file={self.folder / 'prometheus.yml'}",
            f"--storage.tsdb.path={self.folder / 'data'}",
            f"--web.listen-address={self.address}",
            "--log.level=warn",
        ], {"HOME": str(self.folder)}

    def _configuration(self) -> dict[str, Any]:
        """The deployed one, quicker, with the deployed rules and the test's addresses."""
        deployed: dict[str, Any] = yaml.safe_load((DEPLOY / "prometheus.yml").read_text())
        deployed["global"] |= {"scrape_interval": "1s", "scrape_timeout": "1s", "evaluation_interval": "1s"}
        deployed["rule_files"] = [str(DEPLOY / name) for name in deployed["rule_files"]]
        for job in deployed["scrape_configs"]:
            del job["dns_sd_configs"]
            job["static_configs"] = [{"targets": list(self._targets[job["job_name"]])}]
        return deployed

    def _ask(self) -> None:
        with urllib.request.urlopen(f"{self.url}/-/ready", timeout=5):  # noqa: S310 - ours
            pass


def _named(node: Any) -> Iterator[str]:
    """Of a parsed expression."""
    if isinstance(node, dict):
        if node.get("type") in {"vectorSelector", "matrixSelector"} and node.get("name"):
            yield node["name"]
        for child in node.values():
            yield from _named(child)
    if isinstance(node, list):
        for child in node:
            yield from _named(child)


def promtool(*arguments: str) -> "subprocess.CompletedProcess[str]":
    """Run it in the folder of the rules."""
    command = [str(programs.prometheus() / "promtool"), *arguments]
    return subprocess.run(command, cwd=DEPLOY, capture_output=True, text=True, check=False)
