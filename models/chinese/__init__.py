"""The Chinese of what the code says in English: explanations of rules and lawful exceptions, units and sources of parameters.

``rules.yaml`` and ``exceptions.yaml`` hold, by unit, the Chinese text and the fingerprint of the English docstring it renders; when the
docstring changes, the text is stale until somebody has read both and renewed the fingerprint (``huoyan rules reviewed UNIT``).
"""
