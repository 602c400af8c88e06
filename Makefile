# One line of a real tool each. Needs Rust; `make test` also Node and Chromium (it says so, and installs Debian's).
export CARGO_TARGET_DIR ?= target
sample := out/sample

.PHONY: help run sample front audit test fmt lint deny data browser kills soak bench
help: ## this list
	@grep -E '^[a-z]+:.*##' $(MAKEFILE_LIST) | sed 's/:.*##/:/'

run: packages-run front ## the platform with a demo city at http://127.0.0.1:8080
	cargo build --release --locked -p mingjing
	$(CARGO_TARGET_DIR)/release/mingjing demo --data out/demo

front: ## styles and scripts of the pages, by npm
	.ci/front

audit: ## known faults of npm packages
	cd crates/web/front && npm audit --audit-level=low

sample: ## analyse a made-up scheme with every kind of dirt, say what was found and where the report is
	cargo build --release --locked -p mingjing
	rm -rf $(sample)
	$(CARGO_TARGET_DIR)/release/mingjing synth network --accounts 20000 --seed 7 --plan binary --dirty 0.02 --out $(sample)
	$(CARGO_TARGET_DIR)/release/mingjing network analyze --public --members $(sample)/members.csv --ledger $(sample)/ledger.csv \
		--mapping $(sample)/mapping.yaml --out $(sample)-result --replace

packages-%: ## Debian packages that are missing for run or test
	.ci/packages $*

test: packages-test front lint deny ## everything
	cargo test --workspace --locked
	$(MAKE) --no-print-directory data browser kills
	@echo "make test: all passed"

fmt: ## format
	cargo fmt --all

lint: ## format and lints
	cargo fmt --all --check
	cargo clippy --workspace --all-targets --locked -- -D warnings

deny: ## licences, bans and sources of what is linked in
	.ci/deny

data: ## the data of the domain
	cargo run --quiet --locked -p mingjing -- data check

browser: front ## report and platform in headless Chromium, wide and narrow
	crates/mingjing/tests/browser/run

kills: ## ten kills of the server on each database
	cargo build --locked -p mingjing
	bench/kill_server --kills 10

soak: ## 100 kills of a run, 100 of the server on each database, the deepest networks (half an hour)
	bench/soak

bench: ## the measurements of the README, both sides
	cargo build --release --locked -p mingjing
	python3 bench/run.py
	python3 bench/web.py
