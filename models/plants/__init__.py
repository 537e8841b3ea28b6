"""The frauds that ``huoyan power`` plants; see models.plant."""
