"""Is the choice within a budget to be trusted: do other choices from the same pool do as well?"""
