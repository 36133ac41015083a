"""Each time a creator came into another group of a program."""

from django.db import models
from django.db.models import F, Q

from affiliates.models.joining import Enrollment
from brands.models import Group, Ladder
from core.constraints import SameBrand
from core.fields import PublicIdField
from core.models import Brand, User


class GroupMove(models.Model):
    """Orders placed from `effective_from` on are of the new group, those before of the old one.

    `effective_from` is earlier than `at` where the tier reaches back over its period. `figures`
    holds what was counted, by the ladder that made the move; a person's move has neither.
    `reread_at`: since when the earlier orders that a move reaches are all priced by the new group.
    """

    public_id = PublicIdField(prefix="mov")
    brand = models.ForeignKey(Brand, on_delete=models.PROTECT)
    enrollment = models.ForeignKey(Enrollment, on_delete=models.PROTECT, related_name="moves")
    from_group = models.ForeignKey(Group, on_delete=models.PROTECT, related_name="+")
    to_group = models.ForeignKey(Group, on_delete=models.PROTECT, related_name="+")
    at = models.DateTimeField()
    effective_from = models.DateTimeField()
    by = models.ForeignKey(User, null=True, on_delete=models.PROTECT)
    ladder = models.ForeignKey(Ladder, null=True, on_delete=models.PROTECT)
    figures = models.JSONField(default=dict)
    is_reaching_released = models.BooleanField(default=False)
    reread_at = models.DateTimeField(null=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["brand", "id"], name="affiliates_move_brand_id"),
            models.CheckConstraint(
                condition=Q(effective_from__lte=F("at")), name="affiliates_move_not_ahead"
            ),
            models.CheckConstraint(
                condition=~Q(from_group=F("to_group")), name="affiliates_move_elsewhere"
            ),
            models.CheckConstraint(
                condition=Q(by__isnull=False) | Q(ladder__isnull=False),
                name="affiliates_move_by_someone",
            ),
            SameBrand("enrollment", name="affiliates_move_enrollment_same_brand"),
            SameBrand("from_group", name="affiliates_move_from_same_brand"),
            SameBrand("to_group", name="affiliates_move_to_same_brand"),
            SameBrand("ladder", name="affiliates_move_ladder_same_brand"),
        ]
        indexes = [
            models.Index(fields=["enrollment", "id"], name="affiliates_move_of_place"),
            models.Index(
                fields=["id"], condition=Q(reread_at__isnull=True), name="affiliates_move_unread"
            ),
        ]
