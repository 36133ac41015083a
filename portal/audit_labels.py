"""What the audit log calls the facts of a change, and the words of their values."""

from collections.abc import Mapping

from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from affiliates.models import Measure
from brands.forms.endpoints import EndpointForm
from brands.forms.payouts import PolicyForm
from brands.forms.programs import CountForm, GroupForm, HoldForm, IdentityForm, TrackingForm
from brands.forms.questions import QuestionForm
from brands.models import Every, RailKind, Role, SpanKind, TierPeriod
from core.states import STATES
from tracking.integrations import list_adapters

_FORMS = (
    IdentityForm,
    TrackingForm,
    HoldForm,
    CountForm,
    GroupForm,
    QuestionForm,
    PolicyForm,
    EndpointForm,
)

LABELS: Mapping[str, str | Promise] = {
    **{
        name: field.label
        for form in _FORMS
        for name, field in form.base_fields.items()
        if field.label
    },
    "affiliates.code.text": _("Code"),
    "agrees_to_self_billing": _("Agrees to self-billing"),
    "amount_minor": _("Amount"),
    "api_key": _("API key"),
    "applies_at": _("In force from"),
    "audience": _("For whom"),
    "bytes": _("Size in bytes"),
    "clock_offset_s": _("Clock ahead, in seconds"),
    "amounts": _("Amount"),
    "code": _("Code"),
    "codes": _("Codes"),
    "count": _("How many"),
    "coupon": _("Coupon"),
    "currency": _("Currency"),
    "not_delivered": _("Not delivered"),
    "destination_url": _("Leads to"),
    "effective_from": _("In force from"),
    "ends_on": _("Until"),
    "enrollment": _("Creator"),
    "every": _("Mail"),
    "due_on": _("Handed in by"),
    "expires_at": _("Works until"),
    "falls_on": _("Moves down on"),
    "fees": _("Fee"),
    "file": _("File"),
    "filters": _("Filters"),
    "format": _("File"),
    "grace_days": _("Days of grace"),
    "group": _("Group"),
    "has_mail": _("Mail when it is reached"),
    "hint": _("Account"),
    "image": _("Image"),
    "is_enabled": _("Switched on"),
    "is_monthly": _("Repeat every month"),
    "is_shared": _("Shared with the team"),
    "is_shown": _("Shown to creators"),
    "is_falling": _("Moves down too"),
    "is_on": _("Switched on"),
    "is_once": _("Once a customer"),
    "is_key_changed": _("Key changed"),
    "kind": _("Kind"),
    "list": _("List"),
    "claim_days": _("Working days to answer a claim"),
    "logo_digest": _("Logo"),
    "measure": _("What counts"),
    "max_takers": _("How many may take it"),
    "max_uses": _("How many may use it"),
    "minimums": _("Minimum order"),
    "name": _("Name"),
    "left": _("Left"),
    "needs": _("Needs"),
    "network": _("Network"),
    "note": _("Note"),
    "old_secret_until": _("The old secret works until"),
    "old_payments": _("Payments of long ago"),
    "order": _("Order"),
    "orders": _("Orders"),
    "platform": _("Shop system"),
    "program": _("Program"),
    "rail": _("Way to pay"),
    "rate_bps": _("Percent"),
    "refunds": _("Refunds"),
    "role": _("Role"),
    "scopes": _("What it may do"),
    "send_at": _("Sent on"),
    "shop_url": _("Address of the shop"),
    "site_url": _("Web site"),
    "since": _("First day"),
    "slug": _("Address"),
    "span": _("Period"),
    "starts_on": _("From"),
    "status": _("State"),
    "sub_ids": _("Sub-ids"),
    "tags": _("Tags"),
    "target": _("Target"),
    "target_minor": _("Target"),
    "terms_version": _("Version of the terms"),
    "text": _("Text"),
    "tier_period": _("Period"),
    "tiers": _("Tiers"),
    "time_zone": _("Time zone"),
    "title": _("Title"),
    "total_minor": _("Total"),
    "unchecked": _("Not checked"),
    "until": _("Last day"),
    "url": _("Leads to"),
    "utm": "UTM",
    "value": _("Reached"),
    "value_minor": _("Reached"),
    "version": _("Version"),
    "vetting_point": _("What to check"),
    "vouched": _("Payment times vouched for"),
}
"""Settings are called as in their forms; a kind of thing before a name makes it that kind's."""

DAYS = frozenset({"ends_on", "due_on", "falls_on", "since", "starts_on", "until"})
"""Facts that are days, in ISO 8601."""

MOMENTS = frozenset({"applies_at", "effective_from", "expires_at", "old_secret_until", "send_at"})
"""Facts that are times, in ISO 8601."""

VALUES: Mapping[str, Mapping[str, str | Promise]] = {
    "every": dict(Every.choices),
    "measure": dict(Measure.choices),
    "platform": {name: one.traits.name for name, one in list_adapters().items()},
    "rail": dict(RailKind.choices),
    "role": dict(Role.choices),
    "span": dict(SpanKind.choices),
    "tier_period": dict(TierPeriod.choices),
    "status": {name: state.label for name, state in STATES.items()},
}
"""Words for values that are codes, by the fact they stand in."""
