"""What a trained answer is worth, without a known solution.

After each run three questions are asked. Is the answer better than those that need no training
(`trivial`)? How large is its error, by the equations that the error itself solves
(`error_estimate`)? And where a run diverged: which residual had no value, and where
(`divergence`)? What is found stands in the columns ``error_estimate`` and ``warnings`` of the
table ``runs``, beside every recommendation. The estimate may keep a smaller network from being
recommended (`nas.campaign.recommendation`), and decides nothing else.
"""

from nas.assessment.run_assessment import Assessment, assess, explain

__all__ = ["Assessment", "assess", "explain"]
