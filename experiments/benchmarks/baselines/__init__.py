"""What the toolkit is measured against; each computes the very same loss, and a call is a step."""
