"""Simulation: a city's delivery in the input contract, with lawful life, look-alikes, dirt and planted frauds."""

from simulation.make_city import simulate

__all__ = ["simulate"]
