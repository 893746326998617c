"""How fast the toolkit is, against what it is measured with.

``python -m experiments.benchmarks`` measures all cases, or those named, and writes

- ``results.csv``: one row a figure, with its target where there is one;
- ``results.md``: the same to read, the machine, and where the time of a step goes;
- ``results.svg``: how many times better than its target each figure is.

A case is one file in ``cases/``. Run it on a machine that does nothing else; install the rivals
with ``pip install -c constraints.txt -e '.[bench]'``.
"""
