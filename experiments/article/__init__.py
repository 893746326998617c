"""The article's own experiments: which of its claims hold here?"""
