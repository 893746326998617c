"""How well training works: the error against an exact solution, at equal wall time.

``python -m experiments.training`` does the runs of all cases, or of those named, and writes

- ``results.csv``: one row a figure, with its target where there is one;
- ``results.md``: the same to read, the machine, and how it was measured;
- ``curves.svg``: error against wall time, one panel a problem and one line a method;
- ``runs.csv``: how each run ended; ``curves.csv``: its error in the course of time;
  ``warm_up.csv``: how many experts of a pool had learned the problem by when.

A case is one file in ``cases/``. A run that is over is kept, and not done again when the command
is repeated; ``--again`` forgets the runs of the named cases. Run it on a machine that does nothing
else; install the rival with ``pip install -c constraints.txt -e '.[bench]'``.
"""
