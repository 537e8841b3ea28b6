"""Prefect flows, the command line and everything that touches disks, databases or clocks."""
