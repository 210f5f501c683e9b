# What people type; each target does its own set-up. `make help` lists them.
# CARGO_TARGET_DIR is honoured; ARGS go to the program (`make run ARGS="--workers 2"`).

SHELL := /bin/sh
CARGO ?= cargo
TARGET := $(or $(CARGO_TARGET_DIR),target)
ARGS ?=

# The server for a private Redis, found or got once per recipe; the program and the tests read the variable.
REDIS = OFFSTAGE_REDIS_SERVER="$$(deploy/get-redis.sh)" && export OFFSTAGE_REDIS_SERVER

.DEFAULT_GOAL := help
.PHONY: help run test check bench clients faults faults-long cargo

help: ## Show this list
	@sed -n 's/^\([a-z-]*\):[^#]*## \(.*\)/  make \1|\2/p' $(MAKEFILE_LIST) | while IFS='|' read -r name what; do \
		printf '%-14s %s\n' "$$name" "$$what"; done

cargo:
	@command -v $(CARGO) >/dev/null 2>&1 || { \
		echo "make: cargo is missing. Install Rust 1.95 or newer from https://rustup.rs:" >&2; \
		echo "  curl --proto '=https' --tlsv1.2 -sSf https://sh.rustup.rs | sh" >&2; \
		echo "then open a new shell (or: . \"\$$HOME/.cargo/env\") and type make again." >&2; exit 1; }

run: cargo ## Build in release mode and run everything on this machine with the sample directory
	@$(REDIS) && $(CARGO) build --release --locked -p offstage -p offstage-workers --bins && \
		exec "$(TARGET)/release/offstage" dev --seed deploy/sample-directory.json --config deploy/dev.toml $(ARGS)

test: cargo ## Run every test against a real server; QRadar's clients drive it where Python and PyPI are there
	@rm -rf "$(TARGET)/debug/skipped"
	@$(REDIS) && $(CARGO) build --locked --workspace --bins && \
		if $(CARGO) nextest --version >/dev/null 2>&1; then \
			$(CARGO) nextest run --workspace --locked $(ARGS); \
		else \
			$(CARGO) test --workspace --locked $(ARGS); \
		fi
	@deploy/get-redis.test.sh
	@cat "$(TARGET)/debug/skipped"/* 2>/dev/null || true

check: cargo ## Format, lints, documents, dependencies, deployment files
	$(CARGO) fmt --all --check
	$(CARGO) clippy --workspace --all-targets --locked -- -D warnings
	RUSTDOCFLAGS="-D warnings" $(CARGO) doc --workspace --no-deps --locked
	@if $(CARGO) deny --version >/dev/null 2>&1; then \
		$(CARGO) deny --offline check bans licenses sources; \
	else \
		echo "check: SKIPPED bans and licences: cargo-deny is not installed (cargo install --locked cargo-deny)"; \
	fi
	@deploy/check-files.sh

bench: cargo ## Measure offstage beside other queues, and what operators see of a million tasks; ARGS="--quick" tries it out
	@$(REDIS) && tests/peers/install.sh "$(TARGET)/peers" && \
		$(CARGO) build --release --locked --workspace --bins && \
		$(CARGO) bench --locked --workspace --bench compare --bench backlog --bench lists -- $(ARGS)

clients: cargo ## Drive offstage with the clients that people have, installed from PyPI and npm
	@$(REDIS) && $(CARGO) build --locked --workspace --bins && \
		tests/clients/run.sh "$(TARGET)/debug" "$$OFFSTAGE_REDIS_SERVER" "$(TARGET)/clients"

faults: cargo ## Break things under load, by a seed, and check that nothing was lost or done twice (some minutes; ARGS="--list")
	@$(REDIS) && $(CARGO) build --locked --workspace --bins && \
		"$(TARGET)/debug/faults" --size short --json "$(TARGET)/faults.json" $(ARGS)

faults-long: cargo ## The same for about an hour; writes RELIABILITY.md anew
	@$(REDIS) && $(CARGO) build --locked --workspace --bins && \
		"$(TARGET)/debug/faults" --size long --json deploy/reliability.json --page RELIABILITY.md $(ARGS)
