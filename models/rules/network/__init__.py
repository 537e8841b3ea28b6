"""Rules over networks of persons; see models.networks."""
