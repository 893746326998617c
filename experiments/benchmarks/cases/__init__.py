"""What is measured: one case a file, whose docstring begins with its question."""
