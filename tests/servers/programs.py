"""The servers' and the judges' programs: fetched once by Maven and Go, as ``pins/`` says, and kept in the user's cache.

What is in the cache is whole: it is made in a folder beside it, under a lock, and gets its name when it is done. From
then on nothing asks the network.
"""

import fcntl
import hashlib
import os
import re
import shutil
import subprocess
import tempfile
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path

PINS = Path(__file__).with_name("pins")


class MissingServerError(Exception):
    """A server's program is neither in the cache nor can it be fetched; ``install`` is the remedy."""

    def __init__(self, what: str, install: str) -> None:
        super().__init__(f"{what} is missing: {install}")
        self.what = what
        self.install = install


def java() -> str:
    """The Java virtual machine."""
    return _tool("java", "Java", "install Java 17 (Debian: apt install openjdk-17-jre-headless)")


def java_compiler() -> str:
    """Java with its compiler, which also runs a source file."""
    _tool("javac", "a Java compiler", "install a JDK 17 (Debian: apt install openjdk-17-jdk-headless)")
    return java()


def openssl() -> str:
    """The program that makes certificates."""
    return _tool("openssl", "OpenSSL", "install OpenSSL 3 (Debian: apt install openssl)")


def kafka() -> Path:
    """The folder of Kafka's jars."""
    return _cached("kafka", _version("kafka", "pom.xml"), _jars)


def cassandra() -> Path:
    """The folder of Cassandra's jars."""
    return _cached("cassandra", _version("cassandra", "pom.xml"), _jars)


def opensearch() -> Path:
    """The folder of OpenSearch's jars."""
    return _cached("opensearch", _version("opensearch", "pom.xml"), _jars)


def verapdf() -> Path:
    """The folder of veraPDF's jar."""
    return _cached("verapdf", _version("verapdf", "pom.xml"), _jars)


def mustang() -> Path:
    """The folder of Mustang's jars."""
    return _cached("mustang", _version("mustang", "pom.xml"), _jars)


def schematron() -> Path:
    """The folder of the jars with the rules of EN 16931 and its users."""
    return _cached("schematron", _version("schematron", "pom.xml"), _jars)


def minio() -> Path:
    """The MinIO server."""
    return _cached("minio", _version("minio", "go.mod"), _go_tool) / "minio"


def prometheus() -> Path:
    """The folder of Prometheus and promtool, without the clouds' service discovery, which is most of it."""
    return _cached("prometheus", _version("prometheus", "go.mod"), _go_tool)


def _version(name: str, file: str) -> str:
    """The server's version, and a mark of everything that is pinned with it."""
    go = rf"github\.com/{name}/{name} v([\w.-]+)"
    pattern = {"pom.xml": r"<version>([\w.]+)</version>", "go.mod": go}[file]
    found = re.search(pattern, (PINS / name / file).read_text())
    assert found is not None
    pinned = hashlib.sha256(b"".join(pin.read_bytes() for pin in sorted((PINS / name).iterdir())))
    return f"{found[1]}-{pinned.hexdigest()[:8]}"


def _jars(pin: Path, made: Path) -> None:
    maven = _tool("mvn", pin.name, "install Java 17 and Maven (Debian: apt install openjdk-17-jre-headless maven)")
    _run(pin, maven, "--batch-mode", "--quiet", "dependency:copy-dependencies", f"-DoutputDirectory={made}")
    if (known := pin / "jars.sha256").exists():
        _check(pin.name, known.read_text(), made)


def _check(what: str, known: str, made: Path) -> None:
    """Compare with what ``sha256sum *.jar`` said when the version was chosen: what a judge says must not change."""
    found = {jar.name: hashlib.sha256(jar.read_bytes()).hexdigest() for jar in made.iterdir()}
    expected = {name: digest for digest, name in (line.split() for line in known.splitlines())}
    if wrong := sorted(name for name in found | expected if found.get(name) != expected.get(name)):
        raise MissingServerError(what, f"Maven brought other files than those known here: {', '.join(wrong)}")


def _go_tool(pin: Path, made: Path) -> None:
    wanted = re.search(r"^go (\d+\.\d+)", (pin / "go.mod").read_text(), re.MULTILINE)
    assert wanted is not None
    go = _tool("go", pin.name, f"install Go {wanted[1]} or newer")
    tags = (pin / "tags").read_text().strip() if (pin / "tags").exists() else ""
    _run(pin, go, "install", f"-tags={tags}", "-ldflags=-s -w", "tool", more={"GOBIN": str(made)})


def _tool(program: str, what: str, install: str) -> str:
    found = shutil.which(program)
    if found is None:
        raise MissingServerError(what, install)
    return found


def _run(pin: Path, *command: str, more: Mapping[str, str] | None = None) -> None:
    """Run a tool in a copy of the pin's folder: it must not change ours, nor leave something there."""
    with tempfile.TemporaryDirectory() as place:
        copy = shutil.copytree(pin, Path(place) / pin.name)
        environment = {"HOME": str(_home()), **os.environ, **(more or {})}
        done = subprocess.run(
            command, cwd=copy, env=environment, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True, check=False
        )
    if done.returncode:
        raise MissingServerError(pin.name, f"{command[0]} could not fetch it; it said:\n{done.stdout[-2000:]}")


def _cached(name: str, version: str, make: Callable[[Path, Path], None]) -> Path:
    kept = cache() / f"{name}-{version}"
    if kept.is_dir():
        return kept
    kept.parent.mkdir(parents=True, exist_ok=True)
    with locked(kept.with_name(f".{kept.name}.lock")):
        if not kept.is_dir():  # another process has made it meanwhile
            with tempfile.TemporaryDirectory(dir=kept.parent, prefix=f".{kept.name}.") as place:
                made = Path(place) / "made"
                made.mkdir()
                make(PINS / name, made)
                made.rename(kept)
    return kept


def cache() -> Path:
    """Where the programs are kept."""
    base = os.environ.get("XDG_CACHE_HOME") or _home() / ".cache"
    return Path(base) / "tripinvoice" / "servers"


def _home() -> Path:
    try:
        return Path.home()
    except RuntimeError:  # a user id that the system does not know, as in some containers
        return Path(tempfile.gettempdir())


@contextmanager
def locked(file: Path) -> Iterator[None]:
    """Hold the lock of this name, alone among all processes; wait for it first."""
    with file.open("ab") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        yield
