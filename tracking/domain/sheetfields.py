"""The columns of a file of orders or of refunds, and the words its statuses are written in."""

from collections.abc import Mapping

REQUIRED = ("order_id", "currency", "total")
# Field: the headers it is guessed by, in lower case and without what is no letter or digit.
FIELDS: Mapping[str, tuple[str, ...]] = {
    "order_id": ("orderid", "id", "order", "ordernumber", "name"),
    "number": ("number", "ordernumber", "name"),
    "placed_at": ("placedat", "createdat", "orderdate", "date", "datecreated"),
    "paid_at": ("paidat", "paymentdate", "datepaid", "paiddate"),
    "cancelled_at": ("cancelledat", "canceledat"),
    "status": ("status", "financialstatus", "orderstatus"),
    "currency": ("currency", "ordercurrency"),
    "total": ("total", "ordertotal", "amount", "grandtotal"),
    "discount": ("discount", "discountamount", "cartdiscount", "discounttotal"),
    "tax": ("tax", "taxes", "taxtotal", "totaltax", "ordertax"),
    "shipping": ("shipping", "shippingtotal", "ordershipping"),
    "refunded": ("refunded", "refundedamount", "totalrefunded"),
    "code": ("code", "coupon", "discountcode", "couponcode"),
    "click": ("click", "fsclick", "clicktoken"),
    "email": ("email", "customeremail", "billingemail"),
    "country": ("country", "shippingcountry", "billingcountry"),
    "line_id": ("lineid", "lineitemid", "itemid"),
    "product_id": ("productid",),
    "sku": ("sku", "lineitemsku"),
    "title": ("title", "product", "productname", "lineitemname"),
    "quantity": ("quantity", "qty", "lineitemquantity"),
    "line_total": ("linetotal", "lineamount", "itemtotal"),
    "line_discount": ("linediscount", "lineitemdiscount"),
    "line_tax": ("linetax",),
}
REFUNDS_REQUIRED = ("order_id", "refund_id", "amount")
REFUND_FIELDS: Mapping[str, tuple[str, ...]] = {
    "refund_id": ("refundreference", "refund", "reference", "id"),
    "order_id": ("orderid", "orderreference", "order", "ordernumber", "number", "name"),
    "amount": ("refundamount", "amountrefunded", "refunded", "total"),
    "currency": ("currency", "ordercurrency"),
    "refunded_at": ("refundedat", "refunddate", "daterefunded", "createdat", "date", "time"),
    "reason": ("reason", "refundreason", "note"),
}
LINE_FIELDS = frozenset(
    {"line_id", "product_id", "sku", "title", "quantity"}
    | {"line_total", "line_discount", "line_tax"}
)
STATUSES: Mapping[str, str] = {
    "paid": "paid",
    "completed": "paid",
    "processing": "paid",
    "pending": "pending",
    "unpaid": "pending",
    "on-hold": "pending",
    "authorized": "authorized",
    "partially_paid": "partially_paid",
    "partially_refunded": "partially_refunded",
    "refunded": "refunded",
    "cancelled": "cancelled",
    "canceled": "cancelled",
    "failed": "failed",
    "voided": "failed",
}
