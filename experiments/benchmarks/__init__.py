"""How fast training is, beside what one would write otherwise.

``python -m experiments.benchmarks`` measures all cases, or those named. Run it on a machine that
does nothing else; install the baselines with ``pip install -c constraints.txt -e '.[bench]'``.
"""
