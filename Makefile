# Two commands matter: `make demo` and `make test`. Both set up what they need and are safe to repeat.
SHELL := /bin/bash
JOBS ?= $(shell nproc 2>/dev/null || echo 2)
BIN := .venv/bin
LOCK := uv pip compile pyproject.toml --universal --python-version 3.11 --generate-hashes --no-header --no-annotate --quiet

.DEFAULT_GOAL := help
.PHONY: help setup setup-tests demo test test-full check bench fuzz lock clean

help: ## say what there is
	@grep -E '^[a-z-]+:.*## ' $(MAKEFILE_LIST) | sed -E 's/^([a-z-]+):.*## /  make \1\t/' | expand -t 20

setup: ## set up what the product needs
	@scripts/setup.sh

setup-tests: ## set up what the tests need as well
	@scripts/setup.sh --with-tests

demo: setup ## run the main job on the sample company, into demo/
	@$(BIN)/evidence demo

test: setup-tests ## run the tests
	@$(BIN)/pytest -m "not full" -n $(JOBS) --dist worksteal

test-full: setup-tests ## run the tests, the long ones too
	@$(BIN)/pytest -n $(JOBS) --dist worksteal

check: setup-tests ## lint, types, layers, cycles, dead code, commands in the documents
	@echo "check: ruff" && $(BIN)/ruff check . && $(BIN)/ruff format --check .
	@echo "check: types" && $(BIN)/mypy
	@echo "check: layers, import cycles, the house" && $(BIN)/pytest -q tests/test_layers.py tests/test_house.py
	@echo "check: dead code" && $(BIN)/python -m tools.check_dead_code
	@echo "check: commands in the documents" && $(BIN)/python -m tools.check_docs
	@echo "check: all is well"

bench: setup-tests ## run the benchmarks; figures are ratios
	@$(BIN)/python -m bench

FUZZ_SECONDS ?= 300
fuzz: setup-tests ## fuzz every parser for FUZZ_SECONDS each
	@for parser in $$(ls tests/corpus); do $(BIN)/python -m tools.fuzz $$parser --seconds $(FUZZ_SECONDS) || exit 1; done

lock: ## bring the locked packages up to date (needs uv)
	@PATH="$(CURDIR)/$(BIN):$$PATH"; command -v uv >/dev/null || { echo "lock: found no uv, which only this target needs" >&2; exit 1; }; \
	$(LOCK) --upgrade -o requirements.txt && \
	$(LOCK) --upgrade --extra pkcs11 --extra postgres --group dev -c requirements.txt -o requirements-dev.txt

clean: ## remove what was made, but for .venv
	@rm -rf demo dist build .setup.log .pytest_cache .mypy_cache .ruff_cache .hypothesis
	@find . -path ./.venv -prune -o -name __pycache__ -type d -print0 | xargs -0 rm -rf
