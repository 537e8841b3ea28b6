"""The national knowledge base as compact tables: what a limit applies to, and what it demands.

``data/`` is built by ``python -m models.knowledge.build REFERENCE_FOLDER`` from official lists; ``curated/`` holds what was set by
hand with its source. ``load_knowledge`` reads both, checks them and lays a city's own overlay on top.
"""
