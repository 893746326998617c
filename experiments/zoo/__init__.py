"""Every problem of the toolkit under one campaign file: error, time and survivors."""
