"""Simulated city deliveries with known truth, for the demo, the tests and the benchmarks."""
