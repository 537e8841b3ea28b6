"""What a reform did: staggered difference-in-differences and interrupted time series with honest intervals and warnings."""
