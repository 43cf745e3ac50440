# One way in: `make demo` to see Vigie at work, `make test` to check it.
VENV := .venv
BIN := $(VENV)/bin
PYTHON ?= python3
ARGS ?=

.PHONY: install install-dev demo test lint format lock gazetteer benchmark front docs clean

install: $(VENV)/.installed

$(VENV)/bin/uv:
	$(PYTHON) -m venv $(VENV)
	$(BIN)/python -m pip install --quiet --disable-pip-version-check --require-hashes --requirement requirements/uv.txt

$(VENV)/.installed: $(VENV)/bin/uv requirements/run.txt pyproject.toml package.json package-lock.json
	$(BIN)/uv pip install --quiet --compile-bytecode --python $(BIN)/python --require-hashes --requirement requirements/run.txt
	$(BIN)/uv pip install --quiet --python $(BIN)/python --no-deps --editable .
	$(MAKE) --no-print-directory front
	touch $@

install-dev: $(VENV)/.installed-dev

$(VENV)/.installed-dev: $(VENV)/.installed requirements/dev.txt
	$(BIN)/uv pip install --quiet --compile-bytecode --python $(BIN)/python --require-hashes --requirement requirements/dev.txt
	touch $@

front: package.json package-lock.json
	$(BIN)/npm ci --silent --ignore-scripts --no-audit --no-fund
	$(BIN)/python scripts/place_front_parts.py

demo: install
	$(BIN)/vigie demo $(ARGS)

lint: install-dev
	$(BIN)/ruff check
	$(BIN)/ruff format --check
	$(BIN)/mypy
	$(BIN)/lint-imports

format: install-dev
	$(BIN)/ruff check --fix
	$(BIN)/ruff format

test: lint
	$(BIN)/pytest $(ARGS)

# The documentation as a site, in site/; a broken link stops it.
docs: install-dev
	$(BIN)/python scripts/reference.py
	NO_MKDOCS_2_WARNING=1 $(BIN)/mkdocs build --strict --quiet

# Exact versions with hashes, no URL.
lock: $(VENV)/bin/uv
	$(BIN)/uv pip compile --quiet --generate-hashes --universal --python-version 3.11 --no-annotate --no-header --no-emit-index-url --output-file requirements/run.txt --extra front pyproject.toml
	$(BIN)/uv pip compile --quiet --generate-hashes --universal --python-version 3.11 --no-annotate --no-header --no-emit-index-url --output-file requirements/dev.txt --extra front --extra notebooks --extra dev pyproject.toml
	echo "uv" | $(BIN)/uv pip compile --quiet --generate-hashes --universal --python-version 3.11 --no-annotate --no-header --no-emit-index-url --output-file requirements/uv.txt -

# The quick ones, each with a dated result under benchmarks/results/; docs/benchmarks.md explains
# them and names the longer ones.
BENCHMARKS := simulator duplicates quotes resolution actors ner extraction annotate

benchmark: install-dev
	for name in $(BENCHMARKS); do $(BIN)/python -m benchmarks.$$name || exit 1; done
	$(BIN)/python -m benchmarks.backtest --quick

gazetteer: install-dev
	$(BIN)/python scripts/build_gazetteer.py

clean:
	rm -rf $(VENV) node_modules review/static/vendor site
