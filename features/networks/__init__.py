"""Persons who go together, as sparse graphs: which pairs coincide beyond chance, and the communities they form."""
