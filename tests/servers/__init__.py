"""The real servers, without Docker: Kafka, Cassandra, MinIO and Temporal as child processes on loopback ports.

``pins/`` says which versions, :mod:`~tests.servers.programs` fetches them once, a module each starts them.
``python -m tests.servers`` runs them for a person.
"""
