#!/bin/sh
# Makes our topics, then ends; may run again: a topic that exists stays as it is. Runs in Kafka's own image.
# KAFKA_BOOTSTRAP: a broker, as host:port. KAFKA_REPLICATION: copies of each partition (1; with three brokers take 3).
set -eu
bin=${KAFKA_BIN:-/opt/kafka/bin}

day=$((24 * 60 * 60 * 1000))

topic() { # topic NAME PARTITIONS RETENTION_MS [SETTING...]
    name=$1
    partitions=$2
    retention=$3
    shift 3
    "$bin/kafka-topics.sh" --bootstrap-server "$KAFKA_BOOTSTRAP" --create --if-not-exists --topic "$name" \
        --partitions "$partitions" --replication-factor "${KAFKA_REPLICATION:-1}" --config "retention.ms=$retention" "$@"
}

# A bridge that stands still must find its trips when somebody is back after a long weekend: a week. As many bridges can
# share the work as there are partitions.
topic trips.completed 6 $((7 * day))
# Dead letters wait for a person, for ever: they keep the time of their event, so that any limit would drop an old one as
# soon as it came. 4 kB larger than a trip event may be, for the headers that say what was wrong.
topic trips.completed.dlq 1 -1 --config max.message.bytes=1052684
# A month, for readers that have to start over. The records are the truth, not this topic.
topic invoices.issued 6 $((30 * day))
# A week, for Elasticsearch to be mended; what was compared is in the store for 90 days.
topic invoice.compare.mismatch 3 $((7 * day))
echo "the topics are there"
