"""Reference solutions that are no formula: small files, each beside the script that made it.

``python -m nas.problems.data.make_allen_cahn`` makes ``allen_cahn.npz`` anew.
"""
