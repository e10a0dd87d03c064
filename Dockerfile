# Morgue in a container, from the hashed lock. Everything that lasts is in the volume /var/lib/morgue.
#   docker build -t morgue .
#   docker run -d --name morgue --stop-timeout 90 -v morgue:/var/lib/morgue morgue
FROM python:3.12-slim AS build
WORKDIR /opt/morgue
COPY requirements.lock pyproject.toml ./
COPY scripts/make-env scripts/make-env
RUN scripts/make-env requirements.lock .venv/.run

FROM python:3.12-slim
# the reading processes of a killed crawl are nobody's children: an init waits for them
RUN apt-get update -q \
    && apt-get install -qy --no-install-recommends tini \
    && rm -rf /var/lib/apt/lists/* \
    && useradd --system --uid 10001 --home-dir /var/lib/morgue --create-home morgue
WORKDIR /opt/morgue
COPY --from=build /opt/morgue/.venv .venv
COPY pyproject.toml LICENSE README.md ./
COPY config config
COPY migrations migrations
COPY db db
COPY pipeline pipeline
COPY crawler crawler
COPY morgue morgue
RUN .venv/bin/python -m compileall -q config migrations db pipeline crawler morgue \
    && ln -s /opt/morgue/.venv/bin/morgue /usr/local/bin/morgue
USER morgue
WORKDIR /var/lib/morgue
VOLUME /var/lib/morgue
ENV MORGUE_CONFIG=/var/lib/morgue/morgue.yaml MORGUE_LOG_FORMAT=json PYTHONUNBUFFERED=1
STOPSIGNAL SIGTERM
# asks /healthz at the address of the settings; where listen is off: whether the archive can be read
HEALTHCHECK --interval=1m --timeout=30s --start-period=2m CMD ["morgue", "up", "--check"]
ENTRYPOINT ["tini", "--", "morgue"]
CMD ["up"]
