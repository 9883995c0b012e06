#!/bin/sh
# Makes our topics, then ends; may run again: a topic that exists stays as it is. Runs in Kafka's own image.
# KAFKA_BOOTSTRAP: a broker, as host:port. KAFKA_REPLICATION: copies of each partition (1; with three brokers take 3).
set -eu
bin=${KAFKA_BIN:-/opt/kafka/bin}

topic() { # topic NAME PARTITIONS DAYS [SETTING...]
    name=$1
    partitions=$2
    retention=retention.ms=$(($3 * 24 * 60 * 60 * 1000))
    shift 3
    "$bin/kafka-topics.sh" --bootstrap-server "$KAFKA_BOOTSTRAP" --create --if-not-exists --topic "$name" \
        --partitions "$partitions" --replication-factor "${KAFKA_REPLICATION:-1}" --config "$retention" "$@"
}

# A bridge that stands still must find its trips when somebody is back after a long weekend: a week. As many bridges can
# share the work as there are partitions.
topic trips.completed 6 7
# Dead letters wait for a person: a month. 4 kB larger than a trip event may be, for the headers that say what was wrong.
topic trips.completed.dlq 1 30 --config max.message.bytes=1052684
# A month, for readers that have to start over. The records are the truth, not this topic.
topic invoices.issued 6 30
echo "the topics are there"
