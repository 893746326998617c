"""Can the selection be trusted? Validated campaigns on three problems, beside DeepXDE."""
