"""From settings to open adapters: the one place that knows which technology is behind a port.

An adapter is imported and opened when it is first asked for, so that a command that reads one record does not load
Kafka, and closed with the wiring, last opened first closed. The scheme of a setting picks it; adding a store means one
``case`` here.
"""

import os
import threading
import warnings
from collections.abc import Iterable, Iterator, Sequence
from contextlib import AsyncExitStack
from datetime import datetime
from functools import cached_property
from importlib.resources import files
from pathlib import Path
from types import TracebackType
from typing import TYPE_CHECKING, Protocol, Self, TypeVar
from urllib.parse import unquote, urlsplit

from tripinvoice.adapters.observed import Unobserved, observed
from tripinvoice.compare.ignoring import IgnoreRule, read_rules
from tripinvoice.errors import ConfigurationError
from tripinvoice.kafka_access import client_settings
from tripinvoice.ports import (
    AnswerCache,
    Clock,
    Comparisons,
    DeadLetters,
    DocumentStore,
    EventDecoder,
    EventSink,
    FeedMessage,
    InvoiceRecords,
    MismatchSink,
    MoneySystems,
    MonthlyCollection,
    NumberLedger,
    Observer,
    Renderer,
    Rollouts,
    TripFeed,
)
from tripinvoice.settings import PREFIX, Settings
from tripinvoice.systems_table import read_table

if TYPE_CHECKING:
    from tripinvoice.adapters.cassandra import Keyspace
    from tripinvoice.adapters.cassandra_migration import Schema
    from tripinvoice.adapters.cassandra_place import CassandraPlace
    from tripinvoice.adapters.render_probe import Finding
    from tripinvoice.adapters.s3_buckets import S3Buckets
    from tripinvoice.adapters.s3_place import S3Place
    from tripinvoice.adapters.sqlite import Database


class Closeable(Protocol):
    """What is closed with the wiring."""

    def close(self) -> None:
        """Release what it holds."""


Adapter = TypeVar("Adapter", bound=Closeable)
Port = TypeVar("Port")


class Wiring:
    """The adapters of one process. Use as an asynchronous context manager."""

    def __init__(self, settings: Settings, observer: Observer | None = None) -> None:
        """``observer`` sees what the adapters ask of the outside."""
        self.settings = settings
        self.observer: Observer = observer or Unobserved()
        self.clock = _system_clock()
        self._open = AsyncExitStack()

    async def __aenter__(self) -> Self:
        """Nothing is opened yet."""
        return self

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        """Close what was opened."""
        await self._open.aclose()

    # --- stores ------------------------------------------------------------------------------------------------

    @cached_property
    def records(self) -> InvoiceRecords:
        """The record store."""
        if self.settings.store_is_cassandra:
            from tripinvoice.adapters.records_cassandra import CassandraInvoiceRecords

            return self._observed(CassandraInvoiceRecords(self._cassandra), "cassandra")
        from tripinvoice.adapters.records_sqlite import SqliteInvoiceRecords

        return self._observed(SqliteInvoiceRecords(self._database), "sqlite")

    @cached_property
    def collection(self) -> MonthlyCollection:
        """Trips that are invoiced by the month, always in the record store's technology."""
        if self.settings.store_is_cassandra:
            from tripinvoice.adapters.collected_cassandra import CassandraMonthlyCollection

            return self._observed(CassandraMonthlyCollection(self._cassandra), "cassandra")
        from tripinvoice.adapters.collected_sqlite import SqliteMonthlyCollection

        return self._observed(SqliteMonthlyCollection(self._database), "sqlite")

    @cached_property
    def ledger(self) -> NumberLedger:
        """The number ledger, always in the record store's technology."""
        if self.settings.store_is_cassandra:
            from tripinvoice.adapters.ledger_cassandra import CassandraNumberLedger

            return self._observed(CassandraNumberLedger(self._cassandra, observer=self.observer), "cassandra")
        from tripinvoice.adapters.ledger_sqlite import SqliteNumberLedger

        return self._observed(SqliteNumberLedger(self._database, observer=self.observer), "sqlite")

    @cached_property
    def rollouts(self) -> Rollouts:
        """The rollouts and the kill switch, always in the record store's technology."""
        if self.settings.store_is_cassandra:
            from tripinvoice.adapters.rollouts_cassandra import CassandraRollouts

            return self._observed(CassandraRollouts(self._cassandra), "cassandra")
        from tripinvoice.adapters.rollouts_sqlite import SqliteRollouts

        return self._observed(SqliteRollouts(self._database), "sqlite")

    @cached_property
    def comparisons(self) -> Comparisons:
        """What was compared, always in the record store's technology."""
        if self.settings.store_is_cassandra:
            from tripinvoice.adapters.comparisons_cassandra import CassandraComparisons

            return self._observed(CassandraComparisons(self._cassandra, self.clock), "cassandra")
        from tripinvoice.adapters.comparisons_sqlite import SqliteComparisons

        return self._observed(SqliteComparisons(self._database, self.clock), "sqlite")

    @cached_property
    def ignore_rules(self) -> Sequence[IgnoreRule]:
        """Which differences are allowed for a while. Raises ``ConfigurationError`` naming the variable."""
        address = self.settings.compare_ignores
        if not address:
            return ()
        if urlsplit(address).scheme != "file":
            raise self._unknown("compare_ignores", "file:///path/to/ignores.toml, or nothing")
        text = _read(self._path(address), "compare_ignores")
        try:
            return read_rules(text)
        except ConfigurationError as error:
            name = f"{PREFIX}COMPARE_IGNORES"
            raise ConfigurationError(f"{name}: {error}", field=name) from None

    @cached_property
    def answers(self) -> AnswerCache:
        """Answers of fetches that are not complete."""
        if self.settings.store_is_cassandra:
            from tripinvoice.adapters.answers_cassandra import CassandraAnswerCache

            return self._observed(CassandraAnswerCache(self._cassandra), "cassandra")
        from tripinvoice.adapters.answers_sqlite import SqliteAnswerCache

        return self._observed(SqliteAnswerCache(self._database), "sqlite")

    @cached_property
    def _database(self) -> "Database":
        match urlsplit(self.settings.store).scheme:
            case "sqlite":
                from tripinvoice.adapters.sqlite import Database

                self._warn_embedded("store")
                path = self._path(self.settings.store) or self.settings.data / "tripinvoice.db"
                return self._closed_later(Database(path))
            case _:
                raise self._unknown(
                    "store", "sqlite:, sqlite:///path/to/file.db or cassandra://host,host:9042/keyspace"
                )

    @cached_property
    def _cassandra(self) -> "Keyspace":
        from tripinvoice.adapters.cassandra_migration import opened

        return self._closed_later(opened(self._cassandra_place))

    @property
    def _cassandra_place(self) -> "CassandraPlace":
        """Where Cassandra is and how to speak to it. Raises ``ConfigurationError`` naming the setting."""
        from tripinvoice.adapters.cassandra_place import CassandraPlace

        settings = self.settings
        return CassandraPlace.at(settings.store).but(
            username=settings.cassandra_username,
            password=settings.cassandra_password.get_secret_value(),
            local_dc=settings.cassandra_local_dc,
            replication=settings.cassandra_replication,
            serial=settings.cassandra_serial_consistency,
            commit=settings.cassandra_commit_consistency,
            tls=settings.cassandra_tls,
            ca=settings.cassandra_ca,
            certificate=settings.cassandra_certificate,
            key=settings.cassandra_key,
        )

    @property
    def schema(self) -> "Schema | None":
        """The tables of the store, to be looked at and made; ``None`` where the store makes its own."""
        if not self.settings.store_is_cassandra:
            return None
        from tripinvoice.adapters.cassandra_migration import Schema

        return Schema(self._cassandra_place)

    @cached_property
    def documents(self) -> DocumentStore:
        """The document store."""
        match urlsplit(self.settings.documents).scheme:
            case "folder":
                from tripinvoice.adapters.documents_folder import FolderDocumentStore

                self._warn_embedded("documents")
                folder = self._path(self.settings.documents) or self.settings.data / "documents"
                return self._observed(FolderDocumentStore(folder), "folder")
            case "s3" | "s3+http":
                from tripinvoice.adapters.documents_s3 import S3DocumentStore

                return self._observed(self._closed_later(S3DocumentStore(self._s3_place, self.clock)), "s3")
            case _:
                raise self._unknown("documents", "folder:, folder:///path/to/folder or s3://host:port/bucket")

    @cached_property
    def buckets(self) -> "S3Buckets":
        """The buckets of the document store, to be made and looked at. Raises ``ConfigurationError`` for a folder."""
        from tripinvoice.adapters.s3_buckets import S3Buckets

        if not self.settings.documents_are_in_buckets:
            raise self._unknown("documents", "s3://host:port/bucket here: a folder has no buckets")
        return self._closed_later(S3Buckets(self._s3_place))

    @property
    def _s3_place(self) -> "S3Place":
        """Where S3 is and what is asked of it. Raises ``ConfigurationError`` naming the setting."""
        from tripinvoice.adapters.s3_place import S3Place, address

        endpoint, bucket, secure = address(self.settings.documents)
        return S3Place(
            endpoint=endpoint,
            bucket=bucket,
            secure=secure,
            access_key=self.settings.s3_access_key,
            secret_key=self.settings.s3_secret_key.get_secret_value(),
            region=self.settings.s3_region,
            ca=self.settings.s3_ca,
            retention_years=self.settings.s3_retention_years,
            retention_mode=self.settings.s3_retention_mode,
            encryption=self.settings.s3_encryption,
            connections=self.settings.max_activities,
        )

    # --- the outside -------------------------------------------------------------------------------------------

    @cached_property
    def money_systems(self) -> MoneySystems:
        """The upstream systems of the declared table."""
        from tripinvoice.adapters.systems_http import HttpMoneySystems

        table = read_table(self._systems_text(), base=self.settings.money_systems_url, environ=os.environ)
        systems = HttpMoneySystems(table, self.clock, observer=self.observer)
        self._open.push_async_callback(systems.close)
        return systems

    def _systems_text(self) -> str:
        match urlsplit(self.settings.money_systems).scheme:
            case "sample":
                self._warn_embedded("money_systems")
                return files("tripinvoice").joinpath("sample_money_systems.toml").read_text("utf-8")
            case "file":
                return _read(self._path(self.settings.money_systems), "money_systems")
            case _:
                raise self._unknown("money_systems", "sample: or file:///path/to/systems.toml")

    @cached_property
    def kafka(self) -> str:
        """The bootstrap servers."""
        address = urlsplit(self.settings.kafka)
        match address.scheme:
            case "embedded":
                from tripinvoice.adapters.kafka_mock import MockCluster

                self._warn_embedded("kafka")
                return self._open.enter_context(MockCluster(topics=[self.settings.trips_topic])).bootstrap
            case "kafka" if address.netloc:
                return address.netloc
            case _:
                raise self._unknown("kafka", "embedded: or kafka://host:9092,host:9092")

    @cached_property
    def events(self) -> EventSink:
        """Where invoices are announced."""
        from tripinvoice.adapters.kafka_events import KafkaEventSink

        topic, client = self.settings.invoices_topic, self._kafka_client
        sink = self._closed_later(KafkaEventSink(self.kafka, topic=topic, client=client, observer=self.observer))
        return self._observed(sink, "kafka")

    @cached_property
    def mismatches(self) -> MismatchSink:
        """Where mismatches are told."""
        from tripinvoice.adapters.kafka_mismatches import KafkaMismatchSink

        topic, client = self.settings.mismatches_topic, self._kafka_client
        sink = self._closed_later(KafkaMismatchSink(self.kafka, topic=topic, client=client, observer=self.observer))
        return self._observed(sink, "kafka")

    @cached_property
    def trips(self) -> TripFeed:
        """The topic of completed trips."""
        from tripinvoice.adapters.kafka_feed import KafkaTripFeed, Subscription

        settings = self.settings
        subscription = Subscription(
            topic=settings.trips_topic,
            group=settings.consumer_group,
            dead_letters=self.dead_letters_topic,
            # The in-process cluster takes 3 seconds to form a group of the classic protocol.
            protocol="consumer" if settings.kafka_is_embedded else settings.consumer_protocol,
            instance=settings.consumer_instance or None,
            session_timeout=settings.consumer_session_timeout,
        )
        return KafkaTripFeed(self.kafka, subscription, client=self._kafka_client)

    @cached_property
    def decoder(self) -> EventDecoder | None:
        """What makes JSON of trip events that are written with a schema; ``None`` when they are JSON already."""
        settings = self.settings
        if settings.trips_format == "json":
            return None
        if not settings.schema_registry:
            name = f"{PREFIX}SCHEMA_REGISTRY"
            raise ConfigurationError(f"{name}: is missing; {PREFIX}TRIPS_FORMAT needs it", field=name)
        try:
            from tripinvoice.adapters.schema_registry import RegistryDecoder
        except ModuleNotFoundError as error:
            name = f"{PREFIX}TRIPS_FORMAT"
            raise ConfigurationError(
                f"{name}: needs the package {error.name}; install tripinvoice[registry]", field=name
            ) from None
        return self._closed_later(
            RegistryDecoder(
                settings.trips_format,
                settings.schema_registry,
                username=settings.schema_registry_username,
                password=settings.schema_registry_password.get_secret_value(),
            )
        )

    @cached_property
    def dead_letters(self) -> DeadLetters:
        """The topic of refused trip events."""
        from tripinvoice.adapters.kafka_letters import KafkaDeadLetters

        return self._closed_later(KafkaDeadLetters(self.kafka, self.dead_letters_topic, client=self._kafka_client))

    @property
    def dead_letters_topic(self) -> str:
        """Its name: as set, or the topic of completed trips with ``.dlq`` behind it."""
        return self.settings.dead_letters_topic or f"{self.settings.trips_topic}.dlq"

    def publish(
        self,
        events: Iterable[tuple[bytes | None, bytes | None, tuple[tuple[str, bytes | None], ...]]],
        stop: threading.Event | None = None,
    ) -> int:
        """Put trip events (key, value, headers) on the topic; the number sent. Blocks; ``stop`` ends it early.

        With the embedded Kafka it waits until the bridge has read them: that cluster drops what is too much for it.
        """
        from tripinvoice.adapters.kafka_producer import Record, publish

        records = (Record(key=key, value=value, headers=headers) for key, value, headers in events)
        read_by = self.settings.consumer_group if self.settings.kafka_is_embedded else None
        client = self._kafka_client
        return publish(self.kafka, self.settings.trips_topic, records, read_by=read_by, stop=stop, client=client)

    def read_topic(self, topic: str, since: datetime | None = None) -> Iterator[FeedMessage]:
        """All messages of a topic up to its end of now, those sent from ``since`` on; joins no group, commits nothing.

        Blocks. Raises ``NotFoundError`` when there is no such topic, ``StoreUnavailableError``.
        """
        from tripinvoice.adapters.kafka_topic import read_topic

        return read_topic(self.kafka, topic, since=since, client=self._kafka_client)

    @cached_property
    def _kafka_client(self) -> dict[str, str]:
        """How every client of ours reaches the brokers."""
        return client_settings(self.settings)

    # --- rendering ---------------------------------------------------------------------------------------------

    @cached_property
    def renderer(self) -> Renderer:
        """The supervised pool of render processes."""
        from tripinvoice.adapters.renderer_weasyprint import WeasyPrintRenderer

        return self._observed(self._closed_later(WeasyPrintRenderer(processes=self.render_processes)), "renderer")

    @property
    def render_processes(self) -> int:
        """How many render processes: as set, or one per processor that this process may use."""
        from tripinvoice.adapters.renderer_weasyprint import available_processors

        return self.settings.render_processes or available_processors()

    def probe_renderer(self) -> "Sequence[Finding]":
        """Whether this machine can print, for the doctor: Pango, HarfBuzz, fonts, and a test document."""
        from tripinvoice.adapters.render_probe import probe

        return probe()

    # --- helpers -----------------------------------------------------------------------------------------------

    def _observed(self, adapter: Port, system: str) -> Port:
        return observed(adapter, system, self.observer)

    def _closed_later(self, adapter: Adapter) -> Adapter:
        self._open.callback(adapter.close)
        return adapter

    def _path(self, url: str) -> Path | None:
        """The absolute path of ``scheme:///path``; ``None`` when the setting leaves it to us."""
        return Path(unquote(path)) if (path := urlsplit(url).path) else None

    def _unknown(self, setting: str, takes: str) -> ConfigurationError:
        name = f"{PREFIX}{setting.upper()}"
        return ConfigurationError(f"{name}: takes {takes}; see docs/settings.md", field=name)

    def _warn_embedded(self, setting: str) -> None:
        """Embedded adapters are durable, but live on one machine."""
        if self.settings.environment == "production":
            warnings.warn(
                f"{PREFIX}{setting.upper()} uses an embedded adapter in production: it lives on this machine only",
                stacklevel=3,
            )


def _system_clock() -> Clock:
    from tripinvoice.adapters.clock import SystemClock

    return SystemClock()


def _read(path: Path | None, setting: str) -> str:
    name = f"{PREFIX}{setting.upper()}"
    try:
        return (path or Path()).read_text("utf-8")
    except (OSError, UnicodeDecodeError) as error:
        raise ConfigurationError(f"{name}: cannot read the file ({type(error).__name__})", field=name) from None
