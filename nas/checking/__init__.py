"""Mistakes in a problem, found before any training: ``nas check``.

Most are found as a `nas.Problem` is made, in one line that says what to do. What needs a look at
the whole is here: whether a known solution satisfies what is demanded (`known_solution`), whether
conditions agree (`corners`), and observations without noise (`observed`), and a picture of domain,
parts, normals and points (`drawing`). Whether there are enough of them is asked after a training
too (`nas.assessment.counting`).
"""

from nas.checking.check import Report, check

__all__ = ["Report", "check"]
