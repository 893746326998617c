"""Can the selection be trusted? The search on three problems, measured against the truth."""

PROBLEMS = ("poisson_l_shape", "burgers", "helmholtz")
