"""Inference: a design, an emulator, a posterior, and what was learnt."""
