"""The pages of one store, as tabs."""

from django.urls import reverse
from django.utils.translation import gettext as _

from brands.access import BrandAccess
from brands.models import StoreConnection


def list_store_tabs(
    access: BrandAccess, connection: StoreConnection, current: str
) -> list[tuple[str, str, bool, int | None]]:
    """Return address, name and whether it is shown, for each page of a store."""
    args = [access.brand.slug, connection.public_id]
    pages = (
        ("deliveries", "tracking:connection-detail", _("Deliveries")),
        ("checks", "tracking:check-list", _("Comparison with the shop")),
        ("codes", "tracking:store-codes", _("Codes")),
        ("products", "tracking:product-list", _("Products")),
        ("setup", "brands:connection-detail", _("Set-up")),
    )
    return [(reverse(name, args=args), text, key == current, None) for key, name, text in pages]
