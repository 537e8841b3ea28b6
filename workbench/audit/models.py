"""The audit log: append-only, each entry bound to the one before by a keyed hash."""

from __future__ import annotations

from django.db import models


class AuditEntry(models.Model):
    """One thing somebody did or saw. Rows are only ever added; triggers in the database refuse UPDATE and DELETE."""

    seq = models.BigIntegerField(primary_key=True)
    at = models.CharField(max_length=32)
    username = models.CharField(max_length=150, blank=True, db_index=True)
    role = models.CharField(max_length=20, blank=True)
    address = models.CharField(max_length=45, blank=True)
    action = models.CharField(max_length=40, db_index=True)
    object_type = models.CharField(max_length=30, blank=True)
    object_id = models.CharField(max_length=80, blank=True, db_index=True)
    detail = models.TextField(blank=True)
    previous = models.CharField(max_length=64)
    digest = models.CharField(max_length=64)


class AuditHead(models.Model):
    """The end of the chain: one row, locked while an entry is added, so that two never share a number."""

    id = models.PositiveSmallIntegerField(primary_key=True, default=1)
    seq = models.BigIntegerField(default=0)
    digest = models.CharField(max_length=64, default="0" * 64)
    seal = models.CharField(max_length=64, blank=True)
