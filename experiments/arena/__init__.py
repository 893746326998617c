"""What a search is worth: the toolkit's beside rivals that have the same time, on sixteen problems.

A *column* is a way to a trained network, a file in ``columns/``. A *cell* is a column on a problem,
with a budget and a seed. Cells are measured one by one in fresh processes, and kept with a digest
of the code that they depend on; ``cells.csv`` has all of them, and what else stands in this folder
is written from it.
"""
