# syntax=docker/dockerfile:1
# One image for worker, bridge, command line and sample money systems: only the command differs.
# Python and Debian are those on which the tests run. A newer Debian brings another Pango and HarfBuzz, and with them
# other bytes of the same document: change it as you would change a template.
ARG PYTHON=python:3.11.14-slim-bookworm

FROM ${PYTHON} AS build
ENV PIP_DISABLE_PIP_VERSION_CHECK=1 PIP_NO_CACHE_DIR=1 PIP_ROOT_USER_ACTION=ignore
WORKDIR /build
COPY requirements/bootstrap.txt requirements/runtime.txt requirements/
RUN python -m venv /opt/build && /opt/build/bin/pip install --require-hashes -r requirements/bootstrap.txt
# A layer of its own: it changes only with the lock. No compiler is here, so only wheels are taken.
RUN python -m venv /opt/tripinvoice \
 && /opt/tripinvoice/bin/pip install --require-hashes --only-binary :all: -r requirements/runtime.txt
COPY . .
RUN /opt/build/bin/hatchling build -t wheel \
 && /opt/tripinvoice/bin/pip install --no-deps --no-index dist/*.whl \
 && /opt/tripinvoice/bin/python -m compileall -q /opt/tripinvoice/lib \
 && /opt/tripinvoice/bin/pip uninstall -y pip setuptools

FROM ${PYTHON}
# Pango lays text out, harfbuzz-subset makes the fonts in a PDF small and quick, tini reaps and forwards signals.
RUN apt-get update \
 && apt-get install -y --no-install-recommends libpango-1.0-0 libpangoft2-1.0-0 libharfbuzz-subset0 tini \
 && rm -rf /var/lib/apt/lists/* \
 && useradd --uid 10001 --user-group --no-create-home --home-dir /var/lib/tripinvoice --shell /usr/sbin/nologin tripinvoice \
 && install -d -m 0700 -o tripinvoice -g tripinvoice /var/lib/tripinvoice
COPY --from=build /opt/tripinvoice /opt/tripinvoice
ENV PATH=/opt/tripinvoice/bin:$PATH PYTHONUNBUFFERED=1 PYTHONDONTWRITEBYTECODE=1 TRIPINVOICE_DATA=/var/lib/tripinvoice
USER 10001:10001
WORKDIR /var/lib/tripinvoice
STOPSIGNAL SIGTERM
# No shell in between: SIGTERM reaches the worker, which then drains. Every command of the CLI works in its place.
ENTRYPOINT ["/usr/bin/tini", "--", "tripinvoice"]
CMD ["worker"]
# No HEALTHCHECK: each command would need another. The platform asks where TRIPINVOICE_METRICS serves; a process that
# cannot work ends, and is started again. Whether all queues are polled is asked of Temporal: `tripinvoice doctor`.
