.PHONY: test fmt lint
test: lint ## everything
	cargo test --workspace --locked
lint: ## format and lints
	cargo fmt --all --check
	cargo clippy --workspace --all-targets --locked -- -D warnings
fmt:
	cargo fmt --all
