"""What may be posted: one serializer a body, strict to the field."""

from typing import Any, ClassVar

from django.conf import settings
from rest_framework import serializers

from affiliates.models import RejectReason
from portal.api.fields import Currency, Flag, Id, Minor, Moment, Strict, Text, Whole
from portal.api.out import DAY, EnrollmentOut, GroupOut, ProgramOut

MAX_LINES = 200
MAX_QUANTITY = 1_000_000
_REFERENCE = "As the shop has it: printable ASCII."


def _reference(**kwargs: Any) -> Text:
    """Return a field for an id of the shop's own."""
    return Text(max_length=80, trim_whitespace=False, help_text=_REFERENCE, **kwargs)


class LinkIn(Strict):
    """A new link of a creator."""

    enrollment = Id(help_text="The creator's place in the program: enr_…")
    destination_url = Text(max_length=2000, help_text="A page on one of the program's domains.")
    slug = Text(required=False, min_length=3, max_length=40, help_text="Random if left out.")
    name = Text(required=False, max_length=80, allow_blank=True)
    utm = serializers.DictField(child=Text(max_length=200), required=False)
    sub_ids = serializers.ListField(child=Text(max_length=64), required=False, max_length=5)
    code = Id(required=False, help_text="A code of the creator that the shop applies: cod_…")

    EXAMPLE: ClassVar[dict[str, Any]] = {
        "enrollment": EnrollmentOut.EXAMPLE["id"],
        "destination_url": "https://shop.example/cups",
        "slug": "anna-cups",
        "utm": {"source": "anna"},
    }


class CodeIn(Strict):
    """A new code of a creator."""

    enrollment = Id(help_text="The creator's place in the program: enr_…")
    text = Text(min_length=3, max_length=40)
    discount_note = Text(required=False, max_length=60, allow_blank=True)

    EXAMPLE: ClassVar[dict[str, Any]] = {
        "enrollment": EnrollmentOut.EXAMPLE["id"],
        "text": "ANNA10",
        "discount_note": "10 % off",
    }


class InvitationIn(Strict):
    """An invitation by mail to one person; without `email` one by link, for whoever has it."""

    program = Id()
    group = Id(required=False, help_text="The program's default one if left out.")
    email = serializers.EmailField(required=False, max_length=254)
    name = Text(required=False, max_length=120, allow_blank=True)
    code = Text(required=False, min_length=3, max_length=40, help_text="Made ready; by mail only.")
    message = Text(is_long=True, required=False, max_length=1000, allow_blank=True)
    language = serializers.ChoiceField(
        choices=[code for code, _ in settings.LANGUAGES], default="en"
    )
    max_uses = Whole(required=False, min_value=1, max_value=100_000, help_text="By link only.")
    days = Whole(required=False, min_value=1, max_value=365, help_text="How long it holds.")

    EXAMPLE: ClassVar[dict[str, Any]] = {
        "program": ProgramOut.EXAMPLE["id"],
        "email": "anna@mail.example",
        "name": "Anna Beck",
        "days": 30,
    }

    def validate(self, attrs: dict[str, Any]) -> dict[str, Any]:
        other = {"max_uses"} if "email" in attrs else {"code"}
        wrong = sorted(other & attrs.keys())
        if wrong:
            raise serializers.ValidationError(dict.fromkeys(wrong, "Not with this kind."))
        return attrs


class ApproveIn(Strict):
    """Into which group an applicant comes."""

    group = Id(required=False, help_text="The program's default one if left out.")

    EXAMPLE: ClassVar[dict[str, Any]] = {"group": GroupOut.EXAMPLE["id"]}


class RejectIn(Strict):
    """Why an applicant is refused; he is told."""

    reason = serializers.ChoiceField(choices=RejectReason.values)
    note = Text(is_long=True, required=False, max_length=500, allow_blank=True)

    EXAMPLE: ClassVar[dict[str, Any]] = {"reason": "audience", "note": "Ask us again in spring."}


class LineIn(Strict):
    """One line of an order, before refunds."""

    id = _reference()
    quantity = Whole(min_value=1, max_value=MAX_QUANTITY)
    gross_minor = Minor(help_text="Price times quantity, before discount.")
    discount_minor = Minor(required=False, help_text="What of all discounts falls on the line.")
    tax_minor = Minor(required=False)
    product_id = _reference(required=False)
    variant_id = _reference(required=False)
    sku = Text(required=False, max_length=200)
    title = Text(required=False, max_length=200)
    gift_card = Flag(required=False)
    collections = serializers.ListField(child=Text(max_length=80), required=False, max_length=50)


class CustomerIn(Strict):
    """Who bought; the address is kept as a keyed hash alone."""

    id = _reference(required=False)
    email = Text(required=False, max_length=320)
    country = Text(required=False, min_length=2, max_length=2)
    is_first_order = Flag(required=False)


class SubscriptionIn(Strict):
    """Which part of a subscription an order is."""

    kind = serializers.ChoiceField(choices=["initial", "renewal", "switch", "resubscribe"])
    id = _reference(required=False)


class _Reported(Strict):
    """What a shop reports from its server."""

    store = Id(required=False, help_text="con_…; not needed where the brand has one of its kind.")
    click = Text(required=False, max_length=128, help_text="The value of fs_click.")
    code = Text(required=False, max_length=40, help_text="The discount code that was used.")
    customer = CustomerIn(required=False)
    test = Flag(required=False)


class ConversionIn(_Reported):
    """A whole order, each time it changes; the one with the latest `updated_at` holds."""

    order_id = _reference()
    number = Text(required=False, max_length=80)
    status = serializers.ChoiceField(
        choices=["pending", "authorized", "partially_paid", "paid", "cancelled", "failed"],
        default="paid",
    )
    placed_at = Moment()
    paid_at = Moment(required=False, help_text="`placed_at` if left out and it is paid.")
    cancelled_at = Moment(required=False)
    fulfilled_at = Moment(required=False)
    delivered_at = Moment(required=False)
    updated_at = Moment(required=False, help_text="Grows with every change; or `placed_at`.")
    currency = Currency()
    total_minor = Minor(help_text="What the shopper pays; no commission is reckoned from it.")
    shipping_minor = Minor(required=False)
    shipping_tax_minor = Minor(required=False)
    tax_included = Flag(required=False)
    discount_minor = Minor(required=False, help_text="What `code` took off, to tell two apart.")
    lines = serializers.ListField(child=LineIn(), min_length=1, max_length=MAX_LINES)
    subscription = SubscriptionIn(required=False)

    EXAMPLE: ClassVar[dict[str, Any]] = {
        "order_id": "1042",
        "number": "#1042",
        "placed_at": DAY,
        "currency": "EUR",
        "total_minor": 10000,
        "lines": [{"id": "1", "quantity": 1, "gross_minor": 10000, "title": "Ceramic cups"}],
        "code": "ANNA10",
        "customer": {"email": "shopper@mail.example", "country": "DE"},
    }


class RefundLineIn(Strict):
    """What of a line went back."""

    id = _reference()
    quantity = Whole(min_value=0, max_value=MAX_QUANTITY)
    net_minor = Minor(help_text="Without tax.")
    tax_minor = Minor(required=False)


class RefundIn(Strict):
    """Money that went back; its parts must come to `total_minor`."""

    store = Id(required=False)
    order_id = _reference()
    refund_id = _reference()
    currency = Currency()
    refunded_at = Moment()
    total_minor = Minor()
    amount_minor = Minor(required=False, help_text="Goods of no line, with their tax.")
    shipping_minor = Minor(required=False, help_text="With its tax.")
    lines = serializers.ListField(child=RefundLineIn(), required=False, max_length=MAX_LINES)

    EXAMPLE: ClassVar[dict[str, Any]] = {
        "order_id": "1042",
        "refund_id": "r-1",
        "currency": "EUR",
        "refunded_at": DAY,
        "total_minor": 1000,
        "amount_minor": 1000,
    }


class LeadIn(_Reported):
    """Somebody who signed up or asked, without an order."""

    lead_id = Text(max_length=75, trim_whitespace=False, help_text=_REFERENCE)
    at = Moment()
    updated_at = Moment(required=False, help_text="Grows with every change; or `at`.")
    status = serializers.ChoiceField(
        choices=["accepted", "pending", "rejected"], default="accepted"
    )

    EXAMPLE: ClassVar[dict[str, Any]] = {"lead_id": "77", "at": DAY, "code": "ANNA10"}
