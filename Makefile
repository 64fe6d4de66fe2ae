# Every command of the project, each with a line of help: `make help`.
PYTHON ?= $(shell for p in python3 python3.13 python3.12 python3.11; do \
	command -v $$p >/dev/null 2>&1 && $$p -c 'import sys; sys.exit(sys.version_info < (3, 11))' 2>/dev/null && echo $$p && break; done)
BIN := .venv/bin
UV := $(BIN)/uv
STAMP := .venv/.synced
PYTEST_ARGS ?=
# Banks and companies often have certificates of their own: the machine's are the ones that count.
export UV_SYSTEM_CERTS := 1
# Some machines are told to keep no compiled modules: then every command would compile all libraries anew, which takes longer than its work.
unexport PYTHONDONTWRITEBYTECODE

.DEFAULT_GOAL := help
.PHONY: help setup demo test check bench soak peers test-peers lock

help:  ## list the commands
	@grep -hE '^[a-z-]+:.*## ' $(MAKEFILE_LIST) | awk -F ':.*## ' '{printf "  make %-12s %s\n", $$1, $$2}'

$(UV):
	@test -n "$(PYTHON)" || { echo "arrears needs Python 3.11 or newer with the venv module. On Debian or Ubuntu: apt-get install python3 python3-venv"; exit 1; }
	@$(PYTHON) -m venv .venv || { echo "The venv module is missing. On Debian or Ubuntu: apt-get install python3-venv"; exit 1; }
	@$(BIN)/python -m pip install --quiet --disable-pip-version-check --require-hashes --no-deps -r requirements-uv.lock

$(STAMP): $(UV) requirements-dev.lock pyproject.toml
	@$(UV) pip sync --quiet --python $(BIN)/python --require-hashes requirements-dev.lock
	@$(UV) pip install --quiet --python $(BIN)/python --no-deps --no-build-isolation --editable .
	@touch $(STAMP)

setup: $(STAMP)  ## make the environment in .venv, everything pinned
	@echo "Ready. Commands: .venv/bin/arrears --help"

demo: $(STAMP)  ## sample books, a run over each, and the pages: prints address and sign-in
	@$(BIN)/arrears demo

test: $(STAMP)  ## all tests, on the newest and on Debian's PostgreSQL (ARREARS_TEST_POSTGRES=all: those between too); with ARREARS_PEERS=required a missing peer is a failure
	@ARREARS_TEST_POSTGRES=$${ARREARS_TEST_POSTGRES:-18,debian} $(BIN)/python -m pytest -q -n auto --dist loadgroup --no-loadscope-reorder $(PYTEST_ARGS)

test-peers: $(STAMP)  ## the tests that need a real peer (server, browser)
	@ARREARS_TEST_POSTGRES=all ARREARS_PEERS=required $(BIN)/python -m pytest -q -m peer $(PYTEST_ARGS)

check: $(STAMP)  ## style, types, imports, architecture, licences
	@$(BIN)/ruff check .
	@$(BIN)/mypy & strict=$$!; $(BIN)/mypy --config-file calls.ini; calls=$$?; wait $$strict && exit $$calls
	@$(BIN)/lint-imports --no-cache
	@$(BIN)/python -m pytest -q -n auto --dist loadgroup --no-loadscope-reorder tests/architecture

bench: $(STAMP)  ## speed and memory: nights at 1 and 10 million accounts, on Spark too, imports, reports, replay, ledger (more than an hour)
	@$(BIN)/python -m benchmarks $(BENCH_ARGS)

soak: $(STAMP)  ## the long versions of the tests
	@ARREARS_SOAK=1 $(BIN)/python -m pytest -q -m soak $(PYTEST_ARGS)

peers:  ## the test peers: Debian packages (root or sudo), and into .peers/ what only npm has
	@sudo=$$(test "$$(id -u)" = 0 || echo sudo); \
	$$sudo apt-get -qq update && DEBIAN_FRONTEND=noninteractive $$sudo apt-get -qq install -y --no-install-recommends $$(grep -v '^#' peers.txt) >/dev/null && \
	{ command -v npm >/dev/null || DEBIAN_FRONTEND=noninteractive $$sudo apt-get -qq install -y --no-install-recommends npm >/dev/null; } && \
	mkdir -p .peers && cp tests/act/sms_peers/package.json tests/act/sms_peers/package-lock.json .peers/ && \
	(cd .peers && npm ci --ignore-scripts --no-audit --no-fund --loglevel=error >/dev/null) && \
	echo "Test peers installed: $$(grep -v '^#' peers.txt | tr '\n' ' ')and by npm: smpp"

lock: $(UV)  ## resolve the dependencies anew and pin them with hashes
	@$(UV) pip compile --quiet --universal --python-version 3.11 --generate-hashes --no-emit-index-url --no-emit-find-links --custom-compile-command "make lock" --upgrade pyproject.toml -o requirements.lock
	@$(UV) pip compile --quiet --universal --python-version 3.11 --generate-hashes --no-emit-index-url --no-emit-find-links --custom-compile-command "make lock" --upgrade --extra dev --extra spark pyproject.toml requirements-uv.in -o requirements-dev.lock
	@$(UV) pip compile --quiet --universal --python-version 3.11 --generate-hashes --no-emit-index-url --no-emit-find-links --custom-compile-command "make lock" --upgrade --extra spark pyproject.toml -o requirements-spark.lock
	@$(UV) pip compile --quiet --universal --python-version 3.11 --generate-hashes --no-emit-index-url --no-emit-find-links --custom-compile-command "make lock" --upgrade requirements-uv.in -o requirements-uv.lock
