# Each target sets itself up from python3 with venv, and passes ARGS on:  make test ARGS="-k transcript -x"
#
#   make demo    four nodes on this machine, a real feed, forged and replayed things refused  (ARGS=--once ends by itself)
#   make test    every test, on SQLite and on PostgreSQL
#   make check   style, types, the order of the rooms, the documents
#   make bench   the figures of docs/performance.md, measured beside their peers  (ARGS="register" for one subject)
#   make soak    the long tests

PYTHON ?= python3
BIN := .venv/bin
# An authority's own certificates, as pip trusts them, and no choice of Python by uv.
export UV_SYSTEM_CERTS := 1
export UV_PYTHON := $(CURDIR)/.venv/bin/python
export UV_NO_PROGRESS := 1
UV := $(BIN)/uv pip install --quiet --require-hashes
# An installation compiles them.
CATALOGUES := tools/build_hook.py $(wildcard src/liaison/web/locale/*/LC_MESSAGES/django.po)

.PHONY: demo test check bench soak clean
.DELETE_ON_ERROR:

demo: .venv/.run
	@$(BIN)/liaison demo $(ARGS)

test: .venv/.test
	@$(BIN)/python -m tools.run_tests $(ARGS)

check: .venv/.test
	@$(BIN)/python -m tools.run_checks $(ARGS)

bench: .venv/.bench
	@$(BIN)/python -m benchmarks $(ARGS)

soak: .venv/.test
	@$(BIN)/python -m pytest -m soak $(ARGS)

clean:
	rm -rf .venv .mypy_cache .pytest_cache .ruff_cache .import_linter_cache .hypothesis tests/interop/npm/node_modules

.venv/.build: requirements/build.txt
	$(PYTHON) -m venv .venv
	$(BIN)/python -m pip install --quiet --disable-pip-version-check --require-hashes -r $<
	@touch $@

.venv/.run: requirements/run.txt pyproject.toml $(CATALOGUES) .venv/.build
	$(UV) -r $<
	$(BIN)/uv pip install --quiet --no-build-isolation --no-deps --editable .
	@touch $@

.venv/.test .venv/.bench: .venv/.%: requirements/%.txt .venv/.run
	$(UV) -r $<
	@touch $@
