"""What people decide: verdicts with their history, comments, attachments, saved views, proposals for parameters.

A verdict hangs on stable ids (institution code, finding id), not on a run's rows: it outlives every run.
"""

from __future__ import annotations

from django.conf import settings
from django.db import models
from django.utils import timezone
from django.utils.translation import gettext_lazy as _


class Outcome(models.TextChoices):
    """What was decided."""

    OPEN = "open", _("待处理")
    CONFIRMED = "confirmed", _("属实")
    PARTLY = "partly", _("部分属实")
    DISMISSED = "dismissed", _("不属实")
    RETURNED = "returned", _("退回补充材料")


class Review(models.TextChoices):
    """Whether a second person has agreed."""

    NONE = "none", _("无需复核")
    WAITING = "waiting", _("待复核")
    AGREED = "agreed", _("复核通过")
    SENT_BACK = "sent_back", _("复核退回")


class Verdict(models.Model):
    """The decision in force on an institution (``finding_id`` empty) or on one finding. ``version`` guards against lost updates."""

    fixmedins_code = models.CharField(max_length=30, db_index=True)
    finding_id = models.CharField(max_length=40, blank=True)
    rule_id = models.CharField(max_length=80, blank=True, db_index=True)
    kind = models.CharField(max_length=40, blank=True)
    admdvs = models.CharField(max_length=12, blank=True, db_index=True)
    run = models.ForeignKey("results.Run", null=True, on_delete=models.SET_NULL)
    outcome = models.CharField(max_length=12, choices=Outcome.choices, default=Outcome.OPEN)
    amount_fen = models.BigIntegerField(null=True)
    reason = models.TextField(blank=True)
    review = models.CharField(max_length=10, choices=Review.choices, default=Review.NONE)
    author = models.ForeignKey(settings.AUTH_USER_MODEL, null=True, on_delete=models.PROTECT, related_name="verdicts")
    reviewer = models.ForeignKey(settings.AUTH_USER_MODEL, null=True, on_delete=models.PROTECT, related_name="reviews")
    version = models.PositiveIntegerField(default=1)
    changed = models.DateTimeField(default=timezone.now, db_index=True)

    class Meta:
        constraints = [models.UniqueConstraint(fields=("fixmedins_code", "finding_id"), name="one_verdict_a_subject")]


class VerdictChange(models.Model):
    """One step in a verdict's history: what it was, what it became, who did it. Never changed afterwards."""

    verdict = models.ForeignKey(Verdict, on_delete=models.CASCADE, related_name="changes")
    version = models.PositiveIntegerField()
    before = models.JSONField(default=dict)
    after = models.JSONField(default=dict)
    author = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT)
    at = models.DateTimeField(default=timezone.now)
    undo = models.BooleanField(default=False)
    batch = models.CharField(max_length=36, blank=True, db_index=True)

    class Meta:
        ordering = ("-version",)


class Comment(models.Model):
    """A remark on an institution or finding. ``mentions`` are users named with @."""

    fixmedins_code = models.CharField(max_length=30, db_index=True)
    finding_id = models.CharField(max_length=40, blank=True)
    text = models.TextField()
    author = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT)
    mentions = models.ManyToManyField(settings.AUTH_USER_MODEL, related_name="mentioned_in", blank=True)
    from_institution = models.BooleanField(default=False)
    at = models.DateTimeField(default=timezone.now)

    class Meta:
        ordering = ("at",)


class Attachment(models.Model):
    """A file beside a case. It lies outside any served folder under a random name and leaves only as a download."""

    fixmedins_code = models.CharField(max_length=30, db_index=True)
    finding_id = models.CharField(max_length=40, blank=True)
    admdvs = models.CharField(max_length=12, blank=True)
    name = models.CharField(max_length=150)
    stored = models.CharField(max_length=40, unique=True)
    size = models.PositiveIntegerField()
    digest = models.CharField(max_length=64)
    author = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT)
    from_institution = models.BooleanField(default=False)
    at = models.DateTimeField(default=timezone.now)

    class Meta:
        ordering = ("at",)


class SavedView(models.Model):
    """A named set of filters, sort and columns of the suspects page."""

    user = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.CASCADE, related_name="saved_views")
    name = models.CharField(max_length=60)
    query = models.CharField(max_length=1000)

    class Meta:
        constraints = [models.UniqueConstraint(fields=("user", "name"), name="one_view_a_name")]
        ordering = ("name",)


class Proposal(models.Model):
    """A proposed parameter value. It takes effect only when a second person approves (four eyes)."""

    unit_id = models.CharField(max_length=80, db_index=True)
    name = models.CharField(max_length=80)
    old = models.JSONField(null=True)
    new = models.JSONField()
    reason = models.TextField()
    effect = models.JSONField(default=dict)
    state = models.CharField(max_length=10, default="waiting")
    author = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="proposals")
    decided_by = models.ForeignKey(settings.AUTH_USER_MODEL, null=True, on_delete=models.PROTECT, related_name="decisions")
    at = models.DateTimeField(default=timezone.now)
    decided = models.DateTimeField(null=True)

    class Meta:
        ordering = ("-at",)
