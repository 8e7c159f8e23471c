"""Recovery: do the posterior's intervals hold the truth, on simulated logs whose parameters are known?"""
