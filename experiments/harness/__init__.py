"""What all experiments share: cases, figures, results as data, and how they are measured.

An experiment is a folder with a ``__main__.py`` that hands an `Experiment` to
`command.main`. Its cases are files, and a new file is a new case: a module in ``cases/``, or a
campaign (YAML). What was measured is data, ``results.csv`` and ``results.json``; ``results.md`` is
written from these and never read.
"""
