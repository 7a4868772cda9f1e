# Everything a contributor types. `make help` lists it; only git, make and Python (with venv) are needed.

PYTHON ?= python3
BIN := .venv/bin
STAMP := .venv/.installed
# pytest orders the tests by backend, worksteal hands each worker a contiguous part of that order: a worker changes its
# server (and makes the template databases again) once or twice, where `loadscope` would at every module.
WORKERS ?= -n logical --maxprocesses=4 --dist=worksteal
ARGS ?=

.DEFAULT_GOAL := help
.PHONY: help install demo test lint format docs new-rule fuzz bench constraints clean

help: ## this list
	@awk -F ':.*## ' '/^[a-z-]+:.*## / { printf "make %-12s %s\n", $$1, $$2 }' $(firstword $(MAKEFILE_LIST))

install: $(STAMP) ## create .venv with the pinned versions and the package, editable

# setuptools is installed first and the build is not isolated: an isolated build would fetch an unpinned one.
$(STAMP): pyproject.toml constraints.txt
	@if ! $(BIN)/python -c 'import sys; sys.exit(sys.version_info < (3, 11))' 2>/dev/null; then \
		command -v '$(PYTHON)' >/dev/null || { \
			echo "make: no $(PYTHON) here. Install Python 3.11 or newer, or name one: make install PYTHON=/path/to/python3" >&2; exit 1; }; \
		'$(PYTHON)' -c 'import sys; sys.exit(sys.version_info < (3, 11))' || { \
			echo "make: $$('$(PYTHON)' --version 2>&1) is too old, Python 3.11 or newer is needed. Name one: make install PYTHON=python3.12" >&2; exit 1; }; \
		'$(PYTHON)' -c 'import ensurepip, venv' 2>/dev/null || { \
			echo "make: $(PYTHON) cannot make virtual environments. On Debian and Ubuntu: apt-get install python3-venv" >&2; exit 1; }; \
		'$(PYTHON)' -m venv --clear .venv; \
	fi
	@echo "installing into .venv (a minute the first time)" >&2
	@$(BIN)/python -m pip install -qq --constraint constraints.txt pip setuptools
	@$(BIN)/python -m pip install -qq --constraint constraints.txt --no-build-isolation --editable '.[dev]'
	@# An editable install compiles nothing, and a command would do it again at each start where it may not write.
	@$(BIN)/python -m compileall -q src
	@touch $@

demo: $(STAMP) ## the depot database alive: revisions, alerts, who sees what, what anon can do
	@$(BIN)/rempart demo $(ARGS)

test: $(STAMP) ## the suite on every backend present (REMPART_ALL=1: the slow tests too); ARGS go to pytest: make test ARGS='-k anon -n 0'
	@$(BIN)/pytest $(WORKERS) $(ARGS)

lint: $(STAMP) ## ruff, formatting, mypy --strict, shell syntax, and rempart's own linter on the project
	@$(BIN)/ruff check .
	@$(BIN)/ruff format --check .
	@$(BIN)/mypy
	@$(BIN)/rempart lint
	@for script in .ci/run .ci/provision-containers .ci/postgres-image/entrypoint.sh; do bash -n $$script || exit 1; done

format: $(STAMP) ## rewrite with ruff what lint would complain about
	@$(BIN)/ruff check --fix .
	@$(BIN)/ruff format .

docs: $(STAMP) ## write docs/lint.md from the rules
	@$(BIN)/python -m rempart.lint.page >docs/lint.md.new && mv docs/lint.md.new docs/lint.md

new-rule: $(STAMP) ## scaffold a rule of the linter and its cases: make new-rule NAME=policy-gap
	@$(BIN)/python -m rempart.lint.scaffold '$(NAME)'

fuzz: $(STAMP) ## the property tests alone, with many more examples (profile `fuzz`); then every fault at every message, hours
	@REMPART_HYPOTHESIS_PROFILE=fuzz $(BIN)/pytest $(WORKERS) -m hypothesis --timeout=0 $(ARGS)
	@REMPART_ALL=1 REMPART_FAULTS=$${REMPART_FAULTS:-all} $(BIN)/pytest $(WORKERS) --timeout=0 $(ARGS) tests/end_to_end/test_faults_everywhere.py

bench: $(STAMP) ## the benchmarks: tables on stdout, JSON in benchmarks/results
	@$(BIN)/python -m benchmarks $(ARGS)

constraints: ## resolve the newest versions that pyproject.toml admits into constraints.txt
	@folder=$$(mktemp -d) && trap 'rm -rf "$$folder"' EXIT && \
	'$(PYTHON)' -m venv "$$folder/venv" && python="$$folder/venv/bin/python" && \
	"$$python" -m pip install --quiet --upgrade pip setuptools && \
	"$$python" -m pip install --quiet --no-build-isolation --editable '.[dev]' && \
	{ sed '/^#/!d' constraints.txt && "$$python" -m pip freeze --all --exclude-editable; } >"$$folder/constraints" && \
	mv "$$folder/constraints" constraints.txt

# .rempart stays: it holds the data of `rempart up`.
clean: ## remove .venv, caches and build output
	rm -rf .venv .pytest_cache .mypy_cache .ruff_cache .hypothesis build dist src/*.egg-info
	find src tests migrations benchmarks -name __pycache__ -type d -prune -exec rm -rf {} + 2>/dev/null || true
