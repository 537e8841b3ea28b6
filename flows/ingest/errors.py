"""What ingest raises: the delivery, the mapping or the lake cannot be used as they are. Messages name no person."""

from __future__ import annotations


class DeliveryError(RuntimeError):
    """The delivery cannot be loaded; nothing was changed. The message lists every problem found, with the next step."""


class MappingError(DeliveryError):
    """The mapping file has errors; the message lists all of them."""


class VaultError(RuntimeError):
    """The vault or its key is missing, unreadable, or not the one this lake was made with."""
