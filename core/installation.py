"""This installation itself, as a row."""

from django.db import models
from django.db.models import Q


class Installation(models.Model):
    """This installation: one row. A restored copy is known by its epoch (core/fence.py).

    `seen_at`: when the epoch last grew; whatever left before stands in this database.
    """

    id = models.PositiveSmallIntegerField(primary_key=True, default=1)
    key = models.UUIDField()
    epoch = models.PositiveBigIntegerField()
    seen_at = models.DateTimeField()

    class Meta:
        constraints = [models.CheckConstraint(condition=Q(id=1), name="core_installation_one_row")]
