# Everything a newcomer runs. `make demo` and `make test` set up what they need in .venv.
PYTHON ?= python3
VENV := .venv
BIN := $(VENV)/bin
# Of pytest, beside each other; the fault runs go by the clock and come after them, two at a time.
PROCESSES ?= 4

# What npm installs comes while Python's packages do, and the style is checked while the tests run.
MAKEFLAGS += --jobs=3

.PHONY: demo test tests proof check bench lock clean

demo: $(VENV)/.demo-ready
	@$(BIN)/python -m playground

test: check tests

tests: $(VENV)/.test-ready $(VENV)/.npm-conformance $(VENV)/.npm-servers $(VENV)/.npm-emulators
	@$(BIN)/python -m pytest -m "not proof" -n $(PROCESSES) --dist loadfile --no-loadscope-reorder --ignore=tests/proof
	@$(BIN)/python -m pytest -m "not proof" -n 2 --dist loadfile tests/proof

proof: $(VENV)/.test-ready
	@$(BIN)/python -m pytest -m proof --timeout=3600 --ignore=tests/proof
	@$(BIN)/python -m pytest -m proof --timeout=3600 -s tests/proof
	@$(BIN)/python -m benchmarks

bench: $(VENV)/.test-ready
	@$(BIN)/python -m benchmarks

check: $(VENV)/.test-ready
	@$(BIN)/ruff check .
	@$(BIN)/ruff format --check .
	@$(BIN)/mypy

$(VENV)/bin/python:
	@$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 11))' || { echo "Threadwind needs Python 3.11 or newer; run: make PYTHON=python3.12 $(MAKECMDGOALS)"; exit 1; }
	@echo "Making a virtual environment in $(VENV) …"
	@$(PYTHON) -m venv $(VENV)

$(VENV)/.demo-ready: requirements.lock pyproject.toml | $(VENV)/bin/python
	@echo "Installing the locked packages (about a minute the first time) …"
	@$(BIN)/python -m pip install --quiet --disable-pip-version-check --require-hashes -r requirements.lock
	@$(BIN)/python -m pip install --quiet --disable-pip-version-check --no-deps --no-build-isolation -e .
	@touch $@

$(VENV)/.test-ready: requirements-test.lock pyproject.toml | $(VENV)/bin/python
	@echo "Installing the locked packages for the tests …"
	@$(BIN)/python -m pip install --quiet --disable-pip-version-check --require-hashes -r requirements-test.lock
	@$(BIN)/python -m pip install --quiet --disable-pip-version-check --no-deps --no-build-isolation -e .
	@touch $@ $(VENV)/.demo-ready

# Other people's programs, which some tests run: MCP's conformance suite, MCP servers, an emulator of Slack. Without npm
# those tests say why they are skipped. The suite brings a Node of 190 MB along, which is left out where the system's will do.
$(VENV)/.npm-%: tests/%/package-lock.json
	@mkdir -p $(VENV)
	@if command -v npm >/dev/null; then \
	  if node -e 'process.exit(+(process.versions.node.split(".")[0] < 22))'; then less=--omit=optional; fi; \
	  npm ci --prefix tests/$* $$less --prefer-offline --ignore-scripts --no-audit --no-fund --loglevel=error >/dev/null && touch $@; \
	fi

# Needs `uv`; the files name no registry.
lock:
	uv pip compile pyproject.toml --extra demo --universal --python-version 3.11 --generate-hashes --no-emit-index-url --no-header -q -o requirements.lock
	uv pip compile pyproject.toml --extra demo --extra test --universal --python-version 3.11 --generate-hashes --no-emit-index-url --no-header -q -o requirements-test.lock

clean:
	rm -rf $(VENV) .demo build *.egg-info .mypy_cache .ruff_cache .pytest_cache .hypothesis
