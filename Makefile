# Everything that people and CI do here. Each target installs what it needs first: packages into .venv, from the locks in
# requirements/, and as root on Debian also the system libraries. Once installed, nothing here asks the network.
# What comes in ARGS goes to the command: make demo ARGS="--count 5", make test ARGS="-k numbering -x".

.DEFAULT_GOAL := help
.DELETE_ON_ERROR:
.PHONY: help demo worker bridge servers lint check test fix chaos bench lock clean
SHELL := /bin/sh
BIN := .venv/bin
ARGS ?=

# The sets of packages, each containing the one before; installed again when the project or a lock changes, or when .venv
# was moved here from another folder or has lost its Python.
SETUP := tools/setup pyproject.toml
PLACE := $(shell .venv/bin/python -c 'import uv' 2>/dev/null && cat .venv/.place)
ifneq ($(PLACE),$(CURDIR))
.PHONY: .venv/.runtime .venv/.dev .venv/.bench
endif
.venv/.runtime: $(SETUP) requirements/runtime.txt ; @PYTHON='$(PYTHON)' tools/setup runtime
.venv/.dev:     $(SETUP) requirements/dev.txt     ; @PYTHON='$(PYTHON)' tools/setup dev
.venv/.bench:   $(SETUP) requirements/bench.txt   ; @PYTHON='$(PYTHON)' tools/setup bench

help: ## Show this
	@awk -F ':.*## ' '/^[a-z]+:.*## / {printf "  make %-8s %s\n", $$1, $$2}' $(MAKEFILE_LIST)

demo: .venv/.runtime ## Make invoices here and now: no server, no Docker (ARGS="--count 5")
	@$(BIN)/tripinvoice demo $(ARGS)

worker: .venv/.runtime ## Run a worker
	@$(BIN)/tripinvoice worker $(ARGS)

bridge: .venv/.runtime ## Run the bridge from Kafka to Temporal
	@$(BIN)/tripinvoice bridge $(ARGS)

# Java 17 and Maven bring Kafka and Cassandra, Go brings MinIO and Prometheus: fetched once, as tests/servers/pins says, and kept in the
# user's cache. ARGS="kafka cassandra" starts some, ARGS="--data FOLDER" keeps what they hold.
servers: .venv/.dev ## Run Temporal, Kafka, Cassandra and MinIO here, without Docker
	@$(BIN)/python -m tests.servers $(ARGS)

lint: .venv/.dev ## Lint, types, import rules
	$(BIN)/ruff check
	$(BIN)/ruff format --check
	$(BIN)/mypy
	$(BIN)/lint-imports --no-cache --no-logo

check: lint ## All of that, unit and tooling tests: before each commit
	$(BIN)/pytest $(PARALLEL) tests/unit tests/tooling $(ARGS)

# Two processes: more would each start servers of their own, and the servers are what takes the processor.
# Tests that share a server say so with @pytest.mark.xdist_group.
PARALLEL := --numprocesses=2 --dist=loadgroup
# TRIPINVOICE_REQUIRE_SERVERS=1: a test that finds no server to run against fails, instead of being skipped. CI sets it.
test: .venv/.dev ## All tests, and full coverage of the core (ARGS="-k numbering" for some)
	$(BIN)/pytest $(PARALLEL) $(if $(ARGS),$(ARGS),--cov --cov-report=term)

fix: .venv/.dev ## Format, and mend what ruff can mend
	$(BIN)/ruff check --fix --exit-zero
	$(BIN)/ruff format

chaos: .venv/.dev ## Kill, stop and restart everything while trips are in flight: 40 minutes (ARGS="--trips 50 'kill -9 bridge'")
	@$(BIN)/python -m tests.chaos $(ARGS)

bench: .venv/.bench ## Measure: rendering, the pipeline, and the same steps on Celery and Redis
	@$(BIN)/python -m benchmarks $(ARGS)

lock: .venv/.dev ## Write requirements/ from pyproject.toml (ARGS=--upgrade for newer versions)
	@tools/lock $(ARGS)

clean: ## Remove .venv and every cache
	rm -rf .venv .mypy_cache .ruff_cache .pytest_cache .hypothesis .import_linter_cache .coverage .coverage.* dist build
	find . -name __pycache__ -type d -prune -exec rm -rf {} +
