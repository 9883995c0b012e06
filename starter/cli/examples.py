"""Examples for every command's help. A test parses each of them with the real options."""

EXAMPLES = {
    "demo": (
        "tripinvoice demo",
        "tripinvoice demo --count 5 --keep",
        "tripinvoice demo --gallery",
        "tripinvoice demo --trips trips.csv --out invoices-of-may --json | jq -r .number",
    ),
    "worker": (
        "tripinvoice worker",
        "tripinvoice worker --queues render",
        "tripinvoice worker --queues workflows --queues fetch --queues store",
    ),
    "bridge": ("tripinvoice bridge", "TRIPINVOICE_KAFKA=kafka://localhost:9092 tripinvoice bridge"),
    "candidate": ("tripinvoice candidate", "tripinvoice candidate --name wrong --fault cent --country DE"),
    "show": (
        "tripinvoice show trip-4711",
        "tripinvoice show GB-OP-2026-000042",
        "tripinvoice show 0000000042 --issued 2026-11-02",
        "tripinvoice show trip-4711 --json | jq .documents[].total",
    ),
    "open": ("tripinvoice open trip-4711", "tripinvoice open GB-OP-2026-000042 --print-path"),
    "link": ("tripinvoice link trip-4711", "tripinvoice link GB-OP-2026-000042 --valid 2h"),
    "einvoice": (
        "tripinvoice einvoice DE-OP-2026-000042",
        "tripinvoice einvoice trip-4711 --format ubl --folder outbox",
        "tripinvoice einvoice DE-OP-2026-000042 --format xrechnung | xmllint --noout -",
    ),
    "bucket apply": (
        "tripinvoice bucket apply",
        "tripinvoice bucket apply --country GB --year 2027",
    ),
    "schema apply": ("tripinvoice schema apply", "tripinvoice schema apply --dry-run"),
    "schema status": ("tripinvoice schema status", "tripinvoice schema status --json | jq .fits"),
    "status": ("tripinvoice status", "tripinvoice status --json | jq .gapless"),
    "parked": ("tripinvoice parked", "tripinvoice parked --country DE --json | jq -r .trip_id"),
    "resume": (
        "tripinvoice resume trip-4711 --reason 'fare service is up again'",
        "tripinvoice resume trip-4711 --reason 'wrong country' --set pickup.country=DE --set pickup.subdivision=DE-BE",
        "tripinvoice resume trip-4711 --reason 'fare agreed by phone' --answer fares=@mended.json",
    ),
    "void": (
        "tripinvoice void trip-4711 --reason 'test trip, nobody rode'",
        "tripinvoice void trip-4711 --reason 'test trip, nobody rode' --yes",
    ),
    "rerun": (
        "tripinvoice rerun trip-4711 --reason 'terminated by mistake'",
        "tripinvoice rerun trip-4711 --reason 'regime mended' --from-start --yes",
    ),
    "credit": (
        "tripinvoice credit trip-4711 --reason 'charged twice'",
        "tripinvoice credit trip-4711 --reason 'detour of the driver' --amount 5.00 --request ticket-8812",
        "tripinvoice credit trip-4711 --contract goods --lines 1,2=4.50,3x1 --reason 'a dish was missing'",
        "tripinvoice credit trip-4711 --reason 'wrong address' --reissue --json | jq -r .notes[].number",
    ),
    "request": ("tripinvoice request trip-4711", "tripinvoice request trip-4711 --json"),
    "month invoice": ("tripinvoice month invoice 2026-11", "tripinvoice month invoice 2026-11 --json | jq .started"),
    "month schedule": (
        "tripinvoice month schedule",
        "tripinvoice month schedule --cron '0 6 3 * *'",
        "tripinvoice month schedule --remove",
    ),
    "compare trip": (
        "tripinvoice compare trip-4711",
        "tripinvoice compare trip-4711 --candidate go --full",
        "tripinvoice compare trip trip-4711 --json | jq -r .differences[].path",
    ),
    "compare report": (
        "tripinvoice compare report",
        "tripinvoice compare report DE/rides --since 7d --html candidate.html",
        "tripinvoice compare report --json | jq .ready",
    ),
    "audit": (
        "tripinvoice audit",
        "tripinvoice audit --series DE-OP --since 2026-11-01",
        "tripinvoice audit --format csv --output findings.csv",
        "tripinvoice audit --repair",
    ),
    "reconcile": (
        "tripinvoice reconcile --trips topic:trips.completed --since 2026-11-01",
        "tripinvoice reconcile --trips trips.csv --format csv --output missing.csv",
    ),
    "dlq list": (
        "tripinvoice dlq list",
        "tripinvoice dlq list --reason Unexpected --limit 20",
        "tripinvoice dlq list --all --json | jq -r .reason | sort | uniq -c",
    ),
    "dlq show": ("tripinvoice dlq show 0:4711", "tripinvoice dlq show 0:4711 --value"),
    "dlq replay": (
        "tripinvoice dlq replay 0:4711",
        "tripinvoice dlq replay --reason Unexpected --dry-run",
        "tripinvoice dlq replay --all --rate 50",
    ),
    "schedule apply": ("tripinvoice schedule apply", "tripinvoice schedule apply --cron '30 2 * * *' --since-days 7"),
    "schedule status": ("tripinvoice schedule status", "tripinvoice schedule status --json | jq .last.findings"),
    "schedule remove": ("tripinvoice schedule remove",),
    "regimes": (
        "tripinvoice regimes",
        "tripinvoice regimes DE --on 2020-08-01",
        "tripinvoice regimes --json | jq '.code, [.rates[], .rules[] | select(.verified | not) | .name]'",
    ),
    "preview": (
        "tripinvoice preview --country DE",
        "tripinvoice preview --country GB --lob delivery --kind credit-note",
        "tripinvoice preview --country DE --language en_GB --all --out specimens",
    ),
    "verify": (
        "tripinvoice verify trip-4711",
        "tripinvoice verify --sample 1000 --seed 7",
        "tripinvoice verify --all --json | jq 'select(.identical | not)'",
    ),
    "regenerate": ("tripinvoice regenerate trip-4711", "tripinvoice regenerate trip-4711 --wait 60 --json"),
    "replay": (
        "tripinvoice replay trip-4711",
        "tripinvoice replay --query \"InvoiceState = 'Parked'\" --limit 500",
        "tripinvoice replay --file history.json",
    ),
    "doctor": ("tripinvoice doctor", "tripinvoice doctor --embedded", "tripinvoice doctor --json"),
}
