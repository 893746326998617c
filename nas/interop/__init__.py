"""Ways from and to other programs for physics-informed networks, a file for each."""
