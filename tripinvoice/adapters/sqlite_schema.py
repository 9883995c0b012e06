"""The tables of the embedded stores. What must never change is refused by the database itself, not only by our code.

A step of ``MIGRATIONS`` is never edited once released; a change is a new step. ``PRAGMA user_version`` counts the
steps that a file has had. Times are text, RFC 3339 in UTC with six decimals, so that they sort as text.
"""

APPLICATION_ID = 0x54494E56  # "TINV": tells our files from any other SQLite database

_NUMBERS = (
    # A document's right to one number: fixed for ever by whoever asks first.
    """
    CREATE TABLE claim (
        document    TEXT NOT NULL PRIMARY KEY,
        series      TEXT NOT NULL CHECK (series <> ''),
        period      TEXT NOT NULL CHECK (period <> ''),
        claimed_at  TEXT NOT NULL,
        workflow_id TEXT NOT NULL
    ) STRICT, WITHOUT ROWID
    """,
    """
    CREATE TABLE series (
        series         TEXT NOT NULL,
        period         TEXT NOT NULL,
        next_no        INTEGER NOT NULL CHECK (next_no >= 1),
        last_issued_at TEXT,
        PRIMARY KEY (series, period)
    ) STRICT, WITHOUT ROWID
    """,
    """
    CREATE TABLE ledger (
        series      TEXT NOT NULL,
        period      TEXT NOT NULL,
        no          INTEGER NOT NULL CHECK (no >= 1),
        document    TEXT NOT NULL UNIQUE REFERENCES claim (document),
        issued_at   TEXT NOT NULL,
        void_reason TEXT,
        PRIMARY KEY (series, period, no),
        FOREIGN KEY (series, period) REFERENCES series (series, period)
    ) STRICT, WITHOUT ROWID
    """,
    # INSERT OR REPLACE fires no DELETE trigger, so the triggers on INSERT refuse what is there already.
    """
    CREATE TRIGGER claim_once BEFORE INSERT ON claim
    WHEN EXISTS (SELECT 1 FROM claim WHERE document = NEW.document)
    BEGIN SELECT RAISE(ABORT, 'a claim is made once'); END
    """,
    """
    CREATE TRIGGER claim_never_changes BEFORE UPDATE ON claim
    BEGIN SELECT RAISE(ABORT, 'a claim never changes'); END
    """,
    """
    CREATE TRIGGER claim_stays BEFORE DELETE ON claim
    BEGIN SELECT RAISE(ABORT, 'a claim is never deleted'); END
    """,
    """
    CREATE TRIGGER series_once BEFORE INSERT ON series
    WHEN NEW.next_no <> 1 OR NEW.last_issued_at IS NOT NULL
        OR EXISTS (SELECT 1 FROM series WHERE series = NEW.series AND period = NEW.period)
    BEGIN SELECT RAISE(ABORT, 'a series begins once, with number 1'); END
    """,
    """
    CREATE TRIGGER series_forward BEFORE UPDATE ON series
    WHEN NEW.series <> OLD.series OR NEW.period <> OLD.period OR NEW.next_no <> OLD.next_no + 1
        OR NEW.last_issued_at IS NULL OR NEW.last_issued_at < OLD.last_issued_at
    BEGIN SELECT RAISE(ABORT, 'a series counts forward by one, its dates never backwards'); END
    """,
    """
    CREATE TRIGGER series_stays BEFORE DELETE ON series
    BEGIN SELECT RAISE(ABORT, 'a series is never deleted'); END
    """,
    # Counter and rows must agree before a number is given: a ledger that was tampered with stops, it does not guess.
    """
    CREATE TRIGGER ledger_appends BEFORE INSERT ON ledger
    WHEN NEW.void_reason IS NOT NULL
        OR NEW.no <> 1 + (SELECT coalesce(max(no), 0) FROM ledger WHERE series = NEW.series AND period = NEW.period)
        OR NEW.no IS NOT (SELECT next_no FROM series WHERE series = NEW.series AND period = NEW.period)
        OR NEW.issued_at < (SELECT last_issued_at FROM series WHERE series = NEW.series AND period = NEW.period)
        OR EXISTS (SELECT 1 FROM ledger WHERE document = NEW.document)
    BEGIN SELECT RAISE(ABORT, 'the ledger only takes the next number, for a new document'); END
    """,
    """
    CREATE TRIGGER ledger_voids_only BEFORE UPDATE ON ledger
    WHEN OLD.void_reason IS NOT NULL OR NEW.void_reason IS NULL
        OR NEW.series <> OLD.series OR NEW.period <> OLD.period OR NEW.no <> OLD.no
        OR NEW.document <> OLD.document OR NEW.issued_at <> OLD.issued_at
    BEGIN SELECT RAISE(ABORT, 'a number is voided once and never changes otherwise'); END
    """,
    """
    CREATE TRIGGER ledger_stays BEFORE DELETE ON ledger
    BEGIN SELECT RAISE(ABORT, 'a number is never deleted'); END
    """,
)

_RECORDS = (
    # content is the canonical JSON of the whole record; the other columns are for finding it.
    """
    CREATE TABLE record (
        document  TEXT NOT NULL PRIMARY KEY,
        trip_id   TEXT NOT NULL,
        contract  TEXT NOT NULL,
        kind      TEXT NOT NULL,
        revision  INTEGER NOT NULL,
        number    TEXT NOT NULL UNIQUE,
        state     TEXT NOT NULL CHECK (state IN ('ISSUED', 'VOIDED')),
        issued_at TEXT NOT NULL,
        content   TEXT NOT NULL CHECK (json_valid(content))
    ) STRICT
    """,
    "CREATE INDEX record_by_trip ON record (trip_id, contract, revision, kind)",
    "CREATE INDEX record_by_time ON record (issued_at, number, state)",
    """
    CREATE TRIGGER record_once BEFORE INSERT ON record
    WHEN EXISTS (SELECT 1 FROM record WHERE document = NEW.document OR number = NEW.number)
    BEGIN SELECT RAISE(ABORT, 'a record is written once'); END
    """,
    """
    CREATE TRIGGER record_never_changes BEFORE UPDATE ON record
    BEGIN SELECT RAISE(ABORT, 'a record never changes'); END
    """,
    """
    CREATE TRIGGER record_stays BEFORE DELETE ON record
    BEGIN SELECT RAISE(ABORT, 'a record is never deleted'); END
    """,
)

_ANSWERS = (
    # Not for keeping: gone when the trip's sources are archived.
    """
    CREATE TABLE answer (
        trip_id    TEXT NOT NULL,
        system     TEXT NOT NULL,
        provides   TEXT NOT NULL,
        body       TEXT NOT NULL,
        fetched_at TEXT NOT NULL,
        PRIMARY KEY (trip_id, system)
    ) STRICT, WITHOUT ROWID
    """,
)

_ACCOUNTS = (
    "ALTER TABLE record ADD COLUMN account TEXT NOT NULL DEFAULT ''",
    "CREATE INDEX record_by_account ON record (account, issued_at, number) WHERE account <> ''",
)

_COLLECTED = (
    # Drafts that wait for their month's invoice: content is the canonical JSON, the other columns are for finding it.
    """
    CREATE TABLE collected (
        document TEXT NOT NULL PRIMARY KEY,
        trip_id  TEXT NOT NULL,
        account  TEXT NOT NULL CHECK (account <> ''),
        month    TEXT NOT NULL CHECK (month <> ''),
        content  TEXT NOT NULL CHECK (json_valid(content))
    ) STRICT
    """,
    "CREATE INDEX collected_by_month ON collected (month, account, document)",
    "CREATE INDEX collected_by_trip ON collected (trip_id)",
    """
    CREATE TRIGGER collected_once BEFORE INSERT ON collected
    WHEN EXISTS (SELECT 1 FROM collected WHERE document = NEW.document)
    BEGIN SELECT RAISE(ABORT, 'a draft is collected once'); END
    """,
    """
    CREATE TRIGGER collected_never_changes BEFORE UPDATE ON collected
    BEGIN SELECT RAISE(ABORT, 'a collected draft never changes'); END
    """,
    """
    CREATE TRIGGER collected_stays BEFORE DELETE ON collected
    BEGIN SELECT RAISE(ABORT, 'a collected draft is never deleted'); END
    """,
)

_ROLLOUTS = (
    # Every version of a scope's rollout, as canonical JSON; the last is in force.
    """
    CREATE TABLE rollout (
        scope   TEXT NOT NULL CHECK (scope <> ''),
        version INTEGER NOT NULL CHECK (version >= 1),
        content TEXT NOT NULL CHECK (json_valid(content)),
        PRIMARY KEY (scope, version)
    ) STRICT, WITHOUT ROWID
    """,
    """
    CREATE TRIGGER rollout_appends BEFORE INSERT ON rollout
    WHEN NEW.version <> 1 + (SELECT coalesce(max(version), 0) FROM rollout WHERE scope = NEW.scope)
    BEGIN SELECT RAISE(ABORT, 'a rollout only takes its next version'); END
    """,
    """
    CREATE TRIGGER rollout_never_changes BEFORE UPDATE ON rollout
    BEGIN SELECT RAISE(ABORT, 'a version of a rollout never changes'); END
    """,
    """
    CREATE TRIGGER rollout_stays BEFORE DELETE ON rollout
    BEGIN SELECT RAISE(ABORT, 'a version of a rollout is never deleted'); END
    """,
    """
    CREATE TABLE kill_switch (
        only    INTEGER NOT NULL PRIMARY KEY CHECK (only = 1),
        content TEXT NOT NULL CHECK (json_valid(content))
    ) STRICT
    """,
    # Not for keeping: gone after 90 days.
    """
    CREATE TABLE comparison (
        scope       TEXT NOT NULL,
        compared_at TEXT NOT NULL,
        trip_id     TEXT NOT NULL,
        revision    INTEGER NOT NULL,
        content     TEXT NOT NULL CHECK (json_valid(content)),
        PRIMARY KEY (scope, compared_at, trip_id, revision)
    ) STRICT, WITHOUT ROWID
    """,
    "CREATE INDEX comparison_by_trip ON comparison (trip_id, compared_at)",
    "CREATE INDEX comparison_by_time ON comparison (compared_at)",
)

MIGRATIONS: tuple[tuple[str, ...], ...] = ((*_NUMBERS, *_RECORDS, *_ANSWERS), _ACCOUNTS, _COLLECTED, _ROLLOUTS)
