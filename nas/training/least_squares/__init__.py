"""Output layers by least squares: what is linear in a network is solved for, not learnt.

With its hidden layers as they are drawn, a network is a sum of fixed features, and a linear problem
gives its output layer in one go (random features; Dwivedi & Srinivasan 2020, Neurocomputing 391);
for a nonlinear one the linearised problem is solved again and again (Newton–Kantorovich).
"""
