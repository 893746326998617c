"""What a problem makes of networks before any training: their scale, and the residuals' weights."""
