"""Which orders count in every figure of a brand: one rule for its home, reports and goals.

An order counts on the day it was placed, by the brand's calendar, once its payment is known, and
only where a creator has the credit. A lead is no order.
"""

IS_COUNTED = """a.is_current
   AND o.paid_at IS NOT NULL AND o.cancelled_at IS NULL AND NOT o.is_test
   AND o.kind = 'order'"""
"""Which orders o, credited by a, count."""
AWARDED_AT = "(d.at - interval '1 microsecond')"
"""When the award d was earned: visits and views of a day are awarded at its end, and are of it."""
COUNTED = f"""a.brand_id = %(brand)s AND {IS_COUNTED}
   AND o.placed_at >= %(start)s AND o.placed_at < %(end)s"""
"""Which of them count in a span of time."""
