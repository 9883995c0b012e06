"""The real servers, without Docker: Kafka, Cassandra, MinIO and Temporal as child processes on loopback ports.

``pins/`` says which versions, :mod:`~tests.servers.programs` fetches them once, a module each starts them,
:mod:`~tests.servers.shared` gives all tests of a session the same ones, as the fixtures of
:mod:`~tests.servers.fixtures`. ``python -m tests.servers`` runs them for a person.
"""
