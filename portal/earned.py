"""What creators of a brand earned in a span of time, by any key: of orders, and of what is none.

Of a test nothing is earned, but for what was posted to a creator who is suspended now: the ledger
keeps it until he is reinstated.
"""

_OF_ORDERS = """
SELECT {key} AS key, c.amount_minor
  FROM tracking_order o
  JOIN tracking_commission c ON c.order_id = o.id
  JOIN affiliates_enrollment e ON e.id = c.enrollment_id
  JOIN affiliates_affiliation f ON f.id = e.affiliation_id
  JOIN brands_group g ON g.id = e.group_id
  LEFT JOIN tracking_attribution a
    ON a.order_id = o.id AND a.is_current AND a.enrollment_id = c.enrollment_id
  {joins}
 WHERE o.brand_id = %(brand)s AND c.currency = %(currency)s
   AND o.placed_at >= %(start)s AND o.placed_at < %(end)s
   AND (%(creator)s = '' OR f.public_id = %(creator)s)
"""
_OF_AWARDS = """
SELECT {key} AS key, c.amount_minor
  FROM tracking_award d
  JOIN tracking_commission c ON c.award_id = d.id
  JOIN affiliates_enrollment e ON e.id = c.enrollment_id
  JOIN affiliates_affiliation f ON f.id = e.affiliation_id
  JOIN brands_group g ON g.id = e.group_id
 WHERE d.brand_id = %(brand)s AND c.currency = %(currency)s
   AND d.at > %(start)s AND d.at <= %(end)s
   AND (%(creator)s = '' OR f.public_id = %(creator)s)
"""
_EARNED = "SELECT key, sum(amount_minor) FROM ({parts}) earned GROUP BY 1"


def make_earned_sql(of_orders: str, joins: str, of_awards: str) -> str:
    """Return a query of sums by key; without a key for awards they are left out."""
    parts = [_OF_ORDERS.format(key=of_orders, joins=joins)]
    if of_awards:
        parts.append(_OF_AWARDS.format(key=of_awards))
    return _EARNED.format(parts=" UNION ALL ".join(parts))
