"""Campaigns and measurements to run from a checkout; no part of the installed package."""
