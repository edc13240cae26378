# make demo   set up, then run the whole thing here: photos, daemon, page, MQTT broker; Ctrl-C ends it. FRAMES=9
#             ends after so many, DEMO_ARGS="--json" gives it further options
# make test   set up, then run the tests
# make check  the gate's static part: lint, format, types, import floors
#             or a part of it: make lint (the same on every Python), make types (not: packages have other types)
# make test-home-assistant   set up Home Assistant beside it (Python 3.13, 620 MB), then let it read our messages
# make test-node-red   set up Node-RED beside it (npm, 120 MB), then let it run the flow of config/node_red
# make mutants   small changes to core modules, and whether their unit tests notice: MODULES="publish/mqtt/outbox ..."
#             others than those of tests/mutants/modules.toml, MUTANTS=60 of each (all), SEED=1, AT_LEAST=85 percent
# make bench  figures: accuracy, time per frame, memory
# make docs   what of docs/ is made from the code: contract, commands, config
# make deb    the package for Debian's apt, in dist/: SUITE=bookworm or trixie, ARCH=amd64, arm64 or armhf (default:
#             bookworm for this machine), QUICK=1: packed badly, in seconds, for trying it. A PC builds for every Pi.
# make apt-repo KEY=FILE   dist/apt/, a repository for apt of all packages in dist/, signed with the secret key of that
#             file (APT_PASSPHRASE: its passphrase); any web server serves it as it is, URL=https://... says where
# make locks  packaging/locks from pyproject.toml: LOCKS="trixie-arm64 …" (all), UPGRADE=1 takes the newest versions.
#             `make test LOCKED=1` sets up from them, by their digests
# make licences   packaging/licences/shipped.md: what the packages bring, and under which licences
# make release-check   all that must hold before a release: docs/release.md
# sudo make install     the service on this machine (a second time: upgrade); the config is kept
# sudo make uninstall   removes it, and what the node left on its broker; config and state stay

VENV ?= .venv
PYTHON ?= $(shell for p in python3 python3.13 python3.12 python3.11; do \
	$$p -c 'import sys; sys.exit(sys.version_info < (3, 11))' 2>/dev/null && echo $$p && break; done)
FRAMES ?=
# Most tests wait for something; few of them compute.
TEST_JOBS ?= 4
MUTANTS ?= 60
SEED ?= 1
AT_LEAST ?= 0
MUTANT_JOBS ?= 2
BIN := $(VENV)/bin
PIP := $(BIN)/pip --disable-pip-version-check

HA_VENV ?= .venv-ha
HA_PYTHON ?= $(shell for p in python3.13 "$(PYTHON)"; do \
	$$p -c 'import sys; sys.exit(sys.version_info[:2] != (3, 13))' 2>/dev/null && echo $$p && break; done)

NODE_RED ?= .venv-node-red

SUITE ?= bookworm
ARCH ?= $(shell dpkg --print-architecture)
RELEASE_ARGS ?=
LOCKS ?=
UPGRADE ?=
LOCKED ?=
QUICK ?=
KEY ?=
URL ?=

.PHONY: demo test test-home-assistant test-node-red check lint types mutants bench docs deb apt-repo locks licences \
	release-check install uninstall clean

demo: $(VENV)/.demo
	$(BIN)/edgeclassify demo $(if $(FRAMES),--frames $(FRAMES)) $(DEMO_ARGS)

test: $(VENV)/.test
	$(BIN)/pytest -n $(TEST_JOBS) --dist worksteal $(PYTEST_ARGS)

test-home-assistant: $(HA_VENV)/.home-assistant $(VENV)/.test
	cd tests/home_assistant && EDGECLASSIFY_PYTHON=$(abspath $(BIN))/python $(abspath $(HA_VENV))/bin/pytest -c pytest.ini --rootdir . -p no:sugar $(PYTEST_ARGS)

test-node-red: $(VENV)/.test $(NODE_RED)/.node-red
	EDGECLASSIFY_NODE_RED=$(abspath $(NODE_RED))/node_modules/node-red/red.js \
		$(BIN)/pytest -m node_red $(PYTEST_ARGS)

check: lint types

lint: $(VENV)/.dev
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .
	$(BIN)/lint-imports

types: $(VENV)/.dev
	$(BIN)/mypy

mutants: $(VENV)/.mutants
	$(BIN)/pytest -q tests/mutants
	$(BIN)/python -m tests.mutants --mutants $(MUTANTS) --seed $(SEED) --jobs $(MUTANT_JOBS) \
		--at-least $(AT_LEAST) $(MODULES)

bench: $(VENV)/.test
	$(BIN)/python -m tests.bench.accuracy
	$(BIN)/python -m tests.bench.daemon
	$(BIN)/python -m tests.bench.spool
	$(BIN)/python -m tests.bench.snapshots
	$(BIN)/python -m tests.bench.delivery
	$(BIN)/python -m tests.bench.frame_way
	$(BIN)/python -m tests.bench.watched
	$(BIN)/python -m tests.bench.network
	$(BIN)/python -m tests.bench.recovery
	$(BIN)/python -m tests.bench.scene_checks
	$(BIN)/python -m tests.bench.decisions --made none
	$(BIN)/python -m tests.bench.decisions --cost
	$(BIN)/python -m tests.bench.groups

docs: $(VENV)/.test
	$(BIN)/python docs/generate_contract.py
	$(BIN)/python systemd/generate.py
	$(BIN)/edgeclassify reference --markdown docs/commands.md
	$(BIN)/python docs/generate_config.py
	$(BIN)/python docs/generate_boards.py

$(BIN)/python:
	@test -n "$(PYTHON)" || { echo "edgeclassify needs Python 3.11 or later; none was found" >&2; exit 1; }
	$(PYTHON) -m venv $(VENV) || { echo "on Debian: sudo apt install python3-venv" >&2; exit 1; }

# Home Assistant pins its own versions of nearly everything: it can't share an environment with the project.
$(HA_VENV)/.home-assistant:
	@test -n "$(HA_PYTHON)" || { echo "this Home Assistant needs Python 3.13; none was found" >&2; exit 1; }
	$(HA_PYTHON) -m venv $(HA_VENV)
	$(HA_VENV)/bin/pip --disable-pip-version-check install --quiet pytest-homeassistant-custom-component paho-mqtt
	@touch $@

$(NODE_RED)/.node-red:
	@npm --version > /dev/null || { echo "Node-RED needs Node.js 18 or later and npm" >&2; exit 1; }
	npm install --prefix $(NODE_RED) --no-audit --no-fund --no-update-notifier --silent node-red@4
	@touch $@

# For the tests: what pyproject.toml allows, or with LOCKED=1 what the lock files name, by their digests.
ifeq ($(LOCKED),1)
install = $(PIP) install --quiet --require-hashes --no-deps --only-binary=:all: \
	--requirement packaging/locks/tests-$$($(BIN)/python -c 'import sys; print("%d.%d" % sys.version_info[:2])').txt && \
	$(PIP) install --quiet --no-deps --no-build-isolation --editable .
else
install = $(PIP) install --quiet --editable '.[$(1)$(if $(2),$(comma)$(2))]'
comma := ,
endif

$(VENV)/.packaging: $(BIN)/python pyproject.toml
	$(PIP) install --quiet --editable '.[demo,packaging]'
	@touch $@ $(VENV)/.demo

$(VENV)/.release: $(BIN)/python pyproject.toml
	$(call install,dev,release)
	@touch $@ $(VENV)/.dev $(VENV)/.test $(VENV)/.demo

$(VENV)/.demo: $(BIN)/python pyproject.toml
	$(PIP) install --quiet --editable '.[demo]'
	@touch $@

$(VENV)/.test: $(BIN)/python pyproject.toml
	$(call install,test)
	@touch $@ $(VENV)/.demo

$(VENV)/.dev: $(BIN)/python pyproject.toml
	$(call install,dev)
	@touch $@ $(VENV)/.test $(VENV)/.demo

$(VENV)/.mutants: $(BIN)/python pyproject.toml
	$(PIP) install --quiet --editable '.[mutants]'
	@touch $@ $(VENV)/.test $(VENV)/.demo

deb: $(VENV)/.packaging
	$(BIN)/python packaging/deb/build_deb.py $(if $(QUICK),--quick) $(SUITE) $(ARCH) dist

apt-repo: $(BIN)/python
	$(BIN)/python packaging/apt/build_apt_repo.py $(if $(URL),--url $(URL)) '$(KEY)' dist dist/apt

install:
	@test -n "$(PYTHON)" || { echo "edgeclassify needs Python 3.11 or later; none was found" >&2; exit 1; }
	@$(PYTHON) -B -m edgeclassify.service.installing.bootstrap

uninstall:
	@command -v edgeclassify > /dev/null || { echo "make uninstall: expected the command edgeclassify, found none: nothing is installed" >&2; exit 1; }
	@edgeclassify service uninstall

locks: $(VENV)/.packaging
	$(BIN)/python packaging/lock.py $(if $(UPGRADE),--upgrade) $(LOCKS)

licences: $(VENV)/.packaging
	$(BIN)/python packaging/material.py list build/wheels

release-check: $(VENV)/.release
	$(BIN)/python packaging/release_check.py $(RELEASE_ARGS)

clean:
	rm -rf $(VENV) $(HA_VENV) build *.egg-info
