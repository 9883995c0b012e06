"""A Kafka broker as a process: ``python -m benchmarks.broker`` prints its address and serves until SIGTERM."""

import signal

from tripinvoice.adapters.kafka_mock import MockCluster


def main() -> None:
    """Serve until SIGTERM or SIGINT."""
    ends = {signal.SIGTERM, signal.SIGINT}
    signal.pthread_sigmask(signal.SIG_BLOCK, ends)  # also in librdkafka's threads
    with MockCluster() as cluster:
        print(cluster.bootstrap, flush=True)
        signal.sigwait(ends)


if __name__ == "__main__":
    main()
