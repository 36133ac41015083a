"""How a store's deliveries read: what was refused, left aside or did not fit."""

from collections.abc import Mapping

from django.utils.translation import gettext_lazy as _

from core.wording import Message

# The detail of a refused body names the field and never quotes its value.
BODIES: Mapping[str, Message] = {
    "store.missing_field": Message(_("Refused: the field {field} is missing.")),
    "store.wrong_type": Message(
        _("Refused: the field {field} holds another kind of value than expected.")
    ),
    "store.unknown_word": Message(
        _("Refused: the field {field} holds a word that is not known here.")
    ),
    "store.unknown_status": Message(_("Refused: the status in {field} is not known here.")),
    "store.unknown_currency": Message(_("Refused: the currency in {field} is not in ISO 4217.")),
    "store.currency_mismatch": Message(
        _("Refused: {field} is in another currency than the order.")
    ),
    "store.bad_amount": Message(
        _("Refused: {field} is not an amount that its currency can hold exactly.")
    ),
    "store.amount_not_text": Message(
        _('Refused: the amount {field} must be text, such as "12.50", to stay exact.')
    ),
    "store.amount_too_large": Message(_("Refused: the amount {field} is larger than any order.")),
    "store.negative_amount": Message(_("Refused: the amount {field} is below zero.")),
    "store.inconsistent_money": Message(_("Refused: the amounts at {field} do not add up.")),
    "store.inconsistent_order": Message(_("Refused: its parts belong to different orders.")),
    "store.bad_time": Message(_("Refused: {field} is not a time with its zone.")),
    "store.bad_identifier": Message(
        _("Refused: the id in {field} is too long or holds a character it cannot hold.")
    ),
    "store.bad_quantity": Message(
        _("Refused: the quantity in {field} is not a whole number in range.")
    ),
    "store.bad_version": Message(
        _("Refused: the version of the order is below zero or too large.")
    ),
    "store.repeated_line": Message(_("Refused: two lines of the order have the same id.")),
    "store.too_many": Message(_("Refused: {field} has more entries than an order can have.")),
    "store.foreign_account": Message(
        _("Refused: it belongs to another account connected to the shop's own.")
    ),
    "store.topic_mismatch": Message(
        _("Refused: the topic of the delivery and the type in its body differ.")
    ),
    "store.duplicate_key": Message(_("Refused: a name stands twice in one object of the body.")),
    "store.not_a_number": Message(_("Refused: the body holds NaN or Infinity.")),
    "store.number_too_long": Message(_("Refused: the body holds a number with too many digits.")),
    "store.not_an_object": Message(_("Refused: the body is not a JSON object.")),
    "store.not_a_list": Message(_("Refused: the body is not a list of orders.")),
    "store.not_json": Message(_("Refused: the body is not JSON.")),
    "store.not_a_token": Message(_("Refused: the body is not a signed token.")),
    "store.not_xml": Message(_("Refused: the body is not XML of elements and text alone.")),
    "store.bad_query": Message(_("Refused: this is no list of parameters in UTF-8.")),
    "store.not_utf8": Message(_("Refused: the body is not UTF-8 text.")),
    "store.too_deep": Message(_("Refused: the body is nested too deeply.")),
}

NOTES: Mapping[str, Message] = {
    "store.needs_fetch": Message(
        _("Set aside: it only says that something changed; the store sends the order by itself.")
    ),
    "store.fetching": Message(
        _("It only says that something changed; the order itself is fetched from the shop.")
    ),
    "store.same_sale": Message(_("Set aside: another event of the same sale is counted.")),
    "store.no_revenue": Message(_("Set aside: nothing was paid for it.")),
    "store.no_money": Message(_("Set aside: a refund record that moved no money.")),
    "store.no_order": Message(_("Set aside: it is about no order of this shop.")),
    "store.irrelevant_topic": Message(_("Set aside: this topic changes no order.")),
    "store.app_uninstalled": Message(
        _("The app was removed in the store. No more orders come until it is connected again.")
    ),
    "store.customer_data_request": Message(
        _("The store passed on a shopper's request for data. Only hashes of addresses are kept.")
    ),
    "store.customer_redact": Message(
        _("The store asked to forget a shopper. Raw deliveries are deleted after their time.")
    ),
    "store.shop_redact": Message(
        _("The store asked to forget the shop. Raw deliveries are deleted after their time.")
    ),
    "store.failed": Message(
        (
            _("Kept, and tried again at {time}: it could not be applied."),
            _("Kept, and tried again: it could not be applied."),
        )
    ),
}

SIGNATURES: Mapping[str, Message] = {
    "signature.bad_headers": Message(_("Refused: the headers could not be read.")),
    "signature.bad_body": Message(_("Refused: the body could not be read.")),
    "signature.bad_clock": Message(_("Refused: the clock of this installation has no time zone.")),
    "signature.no_secret": Message(
        _("Refused: no secret is stored for this connection. Enter the one the store shows.")
    ),
    "signature.unknown_scheme": Message(_("Refused: this kind of signature is not known here.")),
    "signature.missing_header": Message(
        _("Refused: it came without a signature. Check that the store signs its webhooks.")
    ),
    "signature.duplicate_header": Message(_("Refused: a header of the signature came twice.")),
    "signature.header_too_long": Message(_("Refused: a header of the signature is too long.")),
    "signature.bad_header": Message(
        _("Refused: a header of the signature holds a character it cannot hold.")
    ),
    "signature.bad_signature": Message(_("Refused: the signature has not the form it must have.")),
    "signature.bad_timestamp": Message(_("Refused: the time in the signature cannot be read.")),
    "signature.timestamp_too_old": Message(
        _("Refused: it was signed more than five minutes ago. Check the clocks of both sides.")
    ),
    "signature.timestamp_in_future": Message(
        _("Refused: its time lies in the future. Check the clocks of both sides.")
    ),
    "signature.signature_mismatch": Message(
        _("Refused: the signature does not fit the secret stored here. Compare the two secrets.")
    ),
}

PROBLEMS: Mapping[str, Message] = {
    "problem.refund_currency": Message(
        (
            _("Refund {refund} is in {currency}, another currency than the order; left out."),
            _("A refund total is in {currency}, another currency than the order; left out."),
        )
    ),
    "problem.refund_test": Message(_("Refund {refund} is a test, but its order is not; left out.")),
    "problem.refund_unknown_line": Message(
        _("A refund names line {line}, which the order does not have; left out.")
    ),
    "problem.refund_exceeds_line": Message(
        _("The refunds of line {line} exceed it; they count up to its amount.")
    ),
}

PULLS: Mapping[str, Message] = {
    "pull.keys_refused": Message(
        _("The shop refused the keys. Make new ones with the permission Read and save them.")
    ),
    "pull.told": Message(_("It waits for its turn to be fetched.")),
    "pull.no_keys": Message(
        _("The keys of the shop are missing. Enter them under Set-up; then it is fetched.")
    ),
    "pull.no_interface": Message(
        _(
            "Nothing answered there as the shop should. Check its address, and with WooCommerce "
            "that permalinks are not plain."
        )
    ),
    "pull.too_often": Message(_("The shop asked to be left in peace for a while.")),
    "pull.shop_failed": Message(_("The shop answered with an error of its own.")),
    "pull.moved": Message(_("The shop sent us on to another address. Save its final address.")),
    "pull.no_orders": Message(_("What the shop answered is no list of orders.")),
    "pull.no_order": Message(_("What the shop answered is no order.")),
    "pull.no_list": Message(_("What the shop answered is no list of products.")),
    "pull.no_products": Message(_("The shop gave no products.")),
    "pull.gone": Message(_("The shop does not have this order any more.")),
    "pull.bad_address": Message(_("The address of the shop must begin with https://.")),
    "pull.not_allowed": Message(_("The address of the shop is not on the public internet.")),
    "pull.not_found": Message(_("Nobody knows the name of the shop. Check its address.")),
    "pull.unreachable": Message(_("The shop could not be reached over https.")),
    "pull.timeout": Message(_("The shop did not answer in time.")),
    "pull.too_large": Message(_("The shop answered with more than can be read at once.")),
}

UPLOADS: Mapping[str, Message] = {
    "upload.missing": Message(_("This value is missing.")),
    "upload.bad_amount": Message(
        _("Not an amount that its currency can hold exactly, with the chosen decimal mark.")
    ),
    "upload.bad_time": Message(_("Not a date in the chosen order.")),
    "upload.bad_currency": Message(_("Not a currency of ISO 4217, such as EUR.")),
    "upload.bad_status": Message(_("A status that is not known here.")),
    "upload.bad_quantity": Message(_("Not a whole number of one or more.")),
    "upload.repeated": Message(
        _("This order stands in another row too, and no column of line totals is chosen.")
    ),
    "upload.differs": Message(_("Another value than in the first row of this order.")),
    "upload.too_small": Message(_("Discount, tax and shipping are more than there is.")),
    "upload.unknown_order": Message(
        _("No order with this id or number is known here. Upload the order first.")
    ),
    "upload.over_refunded": Message(
        _("More than what is left of the order, which is {left} after the refunds known before.")
    ),
    "upload.other_refund": Message(
        _("A refund with this id is known with another amount. Give this one an id of its own.")
    ),
    "upload.other_currency": Message(_("Another currency than the order, which is in {currency}.")),
    "upload.no_refund": Message(_("A refund of nothing. Leave the row out.")),
    "upload.not_text": Message(_("The file is not text in that encoding.")),
    "upload.not_csv": Message(_("The file is not CSV: a quote is not closed or stands alone.")),
    "upload.no_rows": Message(_("The file has no rows under its headings.")),
    "upload.cell_too_long": Message(
        _("A value is longer than 131,072 characters; perhaps a quote is not closed.")
    ),
    "upload.too_many_columns": Message(_("The file has more than 300 columns. Leave some out.")),
    "upload.stopped": Message(
        _("Nothing was taken: since you looked at the file, rows of it became wrong.")
    ),
    "upload.no_columns": Message(
        _("The file needs a column product_id or sku, and a column collections.")
    ),
    "upload.too_long": Message(_("This value is too long.")),
    "upload.too_many_collections": Message(_("A product can be in at most 50 collections.")),
    "upload.too_many_rows": Message(_("The file has more than 20,000 rows. Split it.")),
}

CHECKS: Mapping[str, Message] = {
    "compare.too_many": Message(
        _("More than 50,000 orders. Compare fewer days, one part after the other.")
    ),
    "compare.forgotten": Message(
        _("The file was deleted when its time was over. Upload it again to compare with it.")
    ),
    "compare.not_orders": Message(_("The file has refunds, not orders, so it cannot be compared.")),
    "finding.agreed": Message(_("It came by itself since; both sides agree.")),
    "finding.gone": Message(_("The shop does not have this order any more.")),
    "finding.same_version": Message(
        _(
            "The order of the shop was taken, and the figures still differ: what is known here is "
            "newer than that, or holds more. Look at the deliveries of the order."
        )
    ),
    "finding.not_worked_on": Message(
        _("The order of the shop was stored; working on it failed and is tried again by itself.")
    ),
}

STORES: Mapping[str, Message] = {
    **BODIES,
    **NOTES,
    **SIGNATURES,
    **PROBLEMS,
    **PULLS,
    **UPLOADS,
    **CHECKS,
}
