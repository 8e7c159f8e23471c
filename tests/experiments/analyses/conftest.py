"""The small communities of the engine's tests."""

from tests.sim.conftest import plan_of

__all__ = ["plan_of"]
