# `make` alone lists what there is. Every target sets up what it needs; nothing is installed outside this folder.
.DEFAULT_GOAL := help
.DELETE_ON_ERROR:
.SUFFIXES:
MAKEFLAGS += --no-builtin-rules --no-print-directory
SHELL := /bin/sh

PYTHON ?= python3
# One more than two cores: the tests that deploy often wait for processes of their own.
PYTEST_WORKERS ?= 3

UV := .tools/bin/uv
BIN := .venv/bin
LOCK := $(UV) pip compile --quiet --universal --python-version 3.13 --generate-hashes \
	--no-emit-index-url --no-emit-find-links --custom-compile-command "make locks" $(UPGRADE)

# No AWS account is ever read from the caller's surroundings.
export AWS_EC2_METADATA_DISABLED := true
export PATH := $(CURDIR)/.venv/bin:$(PATH)
export PYTHONPATH := $(CURDIR):$(CURDIR)/layers
export UV_NO_PROGRESS := 1
# Whoever forbids bytecode has each of a hundred processes compile all it imports: the CDK alone takes four seconds.
unexport PYTHONDONTWRITEBYTECODE

##@ The two commands
.PHONY: demo
demo: setup ## Deploy the whole line on this machine, send it events, show the planning cells, end by itself
	@$(BIN)/python -m sandbox demo

.PHONY: test
test: ## All checks and all tests, the deploy into the emulated AWS included
	@$(MAKE) -j 4 lint types tests

##@ While you work
.PHONY: sandbox
sandbox: setup ## The same as the demo, staying up until Ctrl-C; see .sandbox/endpoints.json
	@$(BIN)/python -m sandbox up

.PHONY: check
check: setup lint types ## Format, lint, types and import contracts

.PHONY: lint
lint: .venv/.ready
	@echo "-- format and lint (ruff)"
	@$(BIN)/ruff format --quiet --check . || { echo "run: .venv/bin/ruff format ."; exit 1; }
	@$(BIN)/ruff check --quiet .
	@echo "-- import contracts (import-linter)"
	@mkdir -p .cache
	@$(BIN)/lint-imports --no-logo > .cache/imports.txt 2>&1 || { cat .cache/imports.txt; exit 1; }

.PHONY: types
types: .venv/.ready
	@echo "-- types (mypy)"
	@$(BIN)/mypy --no-error-summary

.PHONY: tests
tests: setup .cache/compiled.txt
	@echo "-- tests (pytest)"
	@$(BIN)/python -m pytest -n $(PYTEST_WORKERS) $(ARGS)

.PHONY: soak
soak: setup ## The simulation with many more seeds (some hours); SEEDS=100000 for more
	@$(BIN)/python -m tests.simulation --seeds $(or $(SEEDS),50000)

.PHONY: mutants
mutants: setup .venv-mutants/.ready ## Change what decides, line by line, and see which change no test notices; GROUPS="words aws"
	@.venv-mutants/bin/python -m tests.mutants $(GROUPS)

.PHONY: contracts
contracts: setup ## Write the schemas and documents in contracts/ anew from the code, unless that breaks a promise
	@$(BIN)/python -m infra.contracts

.PHONY: bench
bench: setup ## Measure cold paths, work per notice, AWS calls, bursts, cost and sizes
	@$(BIN)/python -m tests.bench

##@ Seldom
.PHONY: setup
setup: .tools/.ready .venv/.ready .venv-sandbox/.ready node_modules/.ready ## Make the environments (done by every other target)
	@mkdir -p .cache

.PHONY: locks
locks: .tools/.ready ## Resolve the lock files again; UPGRADE=--upgrade for the newest versions
	@echo "-- layers/dependencies/requirements.txt"
	@$(LOCK) layers/dependencies/requirements.in --output-file layers/dependencies/requirements.txt
	@for name in dev sandbox tools mutants; do \
		echo "-- requirements/$$name.txt"; \
		$(LOCK) requirements/$$name.in --output-file requirements/$$name.txt || exit 1; \
	done
	@echo "-- package-lock.json"
	@$(MAKE) .venv/.ready
	@$(BIN)/npm install --package-lock-only --loglevel=error > /dev/null

.PHONY: clean
clean: ## Remove everything that was built, and the environments
	@rm -rf .sandbox .cache .tools .venv .venv-sandbox .venv-mutants node_modules cdk.out cdk.out-* build dist *.egg-info \
		.mypy_cache .ruff_cache .pytest_cache .hypothesis .import_linter_cache .coverage*
	@find . -name __pycache__ -type d -prune -exec rm -rf {} +

.PHONY: help
help: ## This list
	@awk 'BEGIN { FS = ":.*## " } \
		/^##@/ { printf "\n%s\n", substr($$0, 5) } \
		/^[a-z]+:.*## / { printf "  make %-9s %s\n", $$1, $$2 }' $(MAKEFILE_LIST)

# Set-up, each part stamped when it is whole, so that running again takes no time and a broken run is repeated.
.tools/.ready: requirements/tools.txt
	@echo "-- setting up: uv, which makes the other environments"
	@$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 9) and "Python 3.9 or newer is needed to start")'
	@$(PYTHON) -m venv .tools
	@.tools/bin/python -m pip install --quiet --disable-pip-version-check --require-hashes --requirement $<
	@touch $@

.venv/.ready: requirements/dev.txt pyproject.toml .tools/.ready
	@echo "-- setting up: Python 3.13 with the tools and libraries (once, some hundred MB)"
	@$(UV) venv --quiet --allow-existing --python 3.13 .venv
	@$(UV) pip sync --quiet --python $(BIN)/python --require-hashes requirements/dev.txt
	@$(UV) pip install --quiet --python $(BIN)/python --offline --no-deps --no-build-isolation --editable .
	@touch $@

.venv-sandbox/.ready: requirements/sandbox.txt .tools/.ready
	@echo "-- setting up: the emulated AWS"
	@$(UV) venv --quiet --allow-existing --python 3.13 .venv-sandbox
	@$(UV) pip sync --quiet --python .venv-sandbox/bin/python --require-hashes $<
	@touch $@

.venv-mutants/.ready: requirements/mutants.txt pyproject.toml .tools/.ready
	@echo "-- setting up: what plants mutants"
	@$(UV) venv --quiet --allow-existing --python 3.13 .venv-mutants
	@$(UV) pip sync --quiet --python .venv-mutants/bin/python --require-hashes $<
	@touch $@

# Once, by one process that only looks for tests: else each that runs them compiles all that they import for itself.
.cache/compiled.txt: .venv/.ready
	@echo "-- compiling what the tests import"
	@mkdir -p .cache
	@$(BIN)/python -m pytest --collect-only -qq > .cache/compiling.txt || { cat .cache/compiling.txt; exit 1; }
	@mv .cache/compiling.txt $@

node_modules/.ready: package-lock.json .npmrc .venv/.ready
	@echo "-- setting up: what only npm has"
	@$(BIN)/npm ci --loglevel=error > /dev/null
	@touch $@
