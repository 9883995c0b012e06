"""What librdkafka's statistics say about a consumer's partitions.

https://github.com/confluentinc/librdkafka/blob/master/STATISTICS.md
"""

import json

from tripinvoice.adapters.kafka_offsets import PartitionKey

_UNASSIGNED = "-1"
"""A line that sums up what belongs to no partition."""


def lags(statistics: str) -> dict[PartitionKey, int]:
    """How far the group's commits are behind each partition that this consumer fetches; unknown ones are left out."""
    found = {}
    for topic, about in json.loads(statistics).get("topics", {}).items():
        for number, partition in about.get("partitions", {}).items():
            if number != _UNASSIGNED and partition.get("consumer_lag", -1) >= 0:
                found[topic, int(number)] = int(partition["consumer_lag"])
    return found
