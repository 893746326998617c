"""Can the selection be trusted? The search on three problems, measured against the truth."""
