"""Formats of the portable program, one a file; `nas.export.format` says what such a file holds."""
