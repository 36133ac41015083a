"""What the brand's lists show for the filters in their address: pages and exports share it."""

from django.db.models import QuerySet

from core.asked import Asked, read_text
from core.models import Brand
from tracking import selectors_brand as read
from tracking.models import Commission, Order

ORDER_FILTERS = ("reason", "q", "creator")


def pick_orders(brand: Brand, asked: Asked) -> QuerySet[Order]:
    """Return the orders of a list's tab and filters."""
    is_without = asked.get("tab") == "without"
    rows = read.list_without_credit(brand) if is_without else read.list_orders(brand)
    reason, text, creator = (read_text(asked, name) for name in ORDER_FILTERS)
    rows = read.search_orders(rows, text)
    rows = read.filter_by_reason(rows, reason) if is_without and reason else rows
    return read.filter_by_creator(rows, creator) if creator else rows


def pick_commissions(brand: Brand, asked: Asked) -> QuerySet[Commission]:
    """Return the commissions of a list's tab; without a known tab, all of them."""
    tab = next((one for one in read.TABS if one == asked.get("tab")), read.TABS[-1])
    return read.filter_by_tab(read.list_commissions(brand), tab)
