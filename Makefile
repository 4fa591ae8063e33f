PORT ?= 8000
ARGS ?=

PIP = .venv/bin/python -m pip --disable-pip-version-check --quiet
COMPILE = .venv/bin/uv pip compile pyproject.toml --extra embedded --group build \
	--universal --python-version 3.11 --generate-hashes --no-header --quiet $(ARGS)
TYPES = npx --yes openapi-typescript@7.10.1
TSC = npx --yes --package typescript@5.9.3 tsc
REDOCLY = npx --yes @redocly/cli@2.77.0

# Only from the command line: a DATABASE_URL that happens to be in the environment is somebody's real database.
ifeq ($(origin DATABASE_URL),command line)
export REGISTRY_TEST_DATABASE_URL := $(DATABASE_URL)
unexport DATABASE_URL
# Roles belong to a whole server: each process has one of its own.
WORKERS ?= $(words $(DATABASE_URL))
endif
WORKERS ?= 2

.PHONY: help run test check bench fuzz fault soak audit-deps sbom lock typescript python-client

help:
	@echo "make run [PORT=8000]           start the demo province on 127.0.0.1"
	@echo "make test [WORKERS=2] [DATABASE_URL=...] [ARGS=...]   run the tests, on servers of your own if you name some"
	@echo "make check                     format, lint, types, layers, migrations, API description"
	@echo "make bench [ARGS=--people=100000]   compare speed with the bare database, among a million people at the end"
	@echo "make fuzz [ARGS=--short]       try the API with what its specification allows and forbids, as every role"
	@echo "make fault [ARGS=--short]      kill servers under a load of pushes, and look for what was lost or doubled"
	@echo "make soak                      the same again and again, until something is lost"
	@echo "make typescript                generate types from the API description and compile the client with them"
	@echo "make python-client             generate a client in Python and let it work with a demo"
	@echo "make audit-deps                look the pinned packages up in a database of vulnerabilities"
	@echo "make sbom                      write the bill of materials, build/sbom.json (CycloneDX)"
	@echo "make lock [ARGS=--upgrade]     pin the dependencies again"

run: .venv/run
	@exec .venv/bin/registry demo --port $(PORT)

test: .venv/dev
	@.venv/bin/python -m pytest -n $(WORKERS) --dist loadfile $(ARGS)

check: .venv/dev
	.venv/bin/ruff format --check .
	.venv/bin/ruff check .
	.venv/bin/mypy src tests
	.venv/bin/lint-imports
	.venv/bin/registry db check
	.venv/bin/registry openapi --check
	@if $(REDOCLY) --version >/dev/null 2>&1; then \
		$(REDOCLY) lint openapi/registry.json; \
	else \
		echo "Redocly skipped: it needs node 20 and a way to its package"; \
	fi

typescript:
	@if $(TYPES) --version >/dev/null 2>&1; then \
		mkdir -p build && (cd build && $(TYPES) ../openapi/registry.json --output registry.d.ts) && \
		$(TSC) --strict --noEmit --allowImportingTsExtensions --target es2022 --module nodenext \
			--moduleResolution nodenext examples/client.ts; \
	else \
		echo "TypeScript skipped: it needs node 20 and a way to its packages"; \
	fi

python-client: .venv/run
	@scripts/python-client

bench: .venv/dev
	@.venv/bin/python -m benchmarks
	@.venv/bin/python -m benchmarks.duplicates $(ARGS)

fuzz: .venv/dev
	@.venv/bin/python -m fuzz $(ARGS)

fault: .venv/dev
	@.venv/bin/python -m fault $(ARGS)

soak: .venv/dev
	@while .venv/bin/python -m fault $(ARGS); do :; done; exit 1

audit-deps: .venv/dev
	@PATH=".venv/bin:$$PATH" .venv/bin/python scripts/audit_deps.py

sbom: .venv/dev
	@mkdir -p build
	@.venv/bin/cyclonedx-py requirements --pyproject pyproject.toml --output-reproducible --of JSON -o build/sbom.json requirements.txt

lock: .venv/made
	$(PIP) install uv==0.13.9
	$(COMPILE) --output-file requirements.txt
	$(COMPILE) --group dev --constraint requirements.txt --output-file requirements-dev.txt

.venv/made: scripts/make-venv
	@scripts/make-venv
	@touch $@

.venv/run: requirements.txt pyproject.toml .venv/made
	@echo "Installing what the service needs ..."
	@$(PIP) install --require-hashes --requirement requirements.txt
	@$(PIP) install --no-deps --no-build-isolation --editable .
	@touch $@

.venv/dev: requirements-dev.txt .venv/run
	@echo "Installing what the tests need ..."
	@$(PIP) install --require-hashes --requirement requirements-dev.txt
	@touch $@
