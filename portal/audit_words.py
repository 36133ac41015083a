"""What the audit log says: one sentence for each action that anything here records.

`{who}` is a person's name, or Fairshare where the program itself acted; `{what}` is the name of
what was changed. An action of an older release stays here, so that its rows stay readable.
"""

from collections.abc import Mapping

from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from brands.forms.payouts import PolicyForm
from brands.forms.programs import CountForm, GroupForm, HoldForm, IdentityForm, TrackingForm
from brands.forms.questions import QuestionForm
from brands.models import RailKind, Role
from core.states import STATES

SENTENCES: Mapping[str, str | Promise] = {
    "affiliation.reinstated": _("{who} reinstated the creator {what}"),
    "account.address_changed": _("{who} changed the e-mail address of the account"),
    "account.factor_changed": _("{who} changed how the account is secured"),
    "affiliation.suspended": _("{who} suspended the creator {what}"),
    "affiliation.noted": _("{who} wrote a note about {what}"),
    "affiliation.tagged": _("{who} changed the tags of {what}"),
    "application.approved": _("{who} approved the application of {what}"),
    "application.noted": _("{who} wrote a note about the application of {what}"),
    "application.rejected": _("{who} refused the application of {what}"),
    "application.submitted": _("{who} sent the application of {what}"),
    "announcement.created": _("{who} wrote the announcement {what}"),
    "announcement.scheduled": _("{who} set a day for the announcement {what}"),
    "announcement.sent": _("{who} sent the announcement {what}"),
    "announcement.updated": _("{who} changed the announcement {what}"),
    "announcement.withdrawn": _("{who} withdrew the announcement {what}"),
    "asset.archived": _("{who} archived the asset {what}"),
    "asset.created": _("{who} added the asset {what}"),
    "asset.restored": _("{who} restored the asset {what}"),
    "asset.updated": _("{who} changed the asset {what}"),
    "brand.created": _("{who} set up the brand {what}"),
    "brand.identity_set": _("{who} changed the name, the logo or the shop of {what}"),
    "brand.opened_by_operator": _("{who} set up the brand {what} as operator"),
    "brand.status_changed": _("{who} changed the status of the brand {what}"),
    "change.announced": _("{who} announced a change of {what}"),
    "change.applied": _("{who} applied the announced change of {what}"),
    "change.cancelled": _("{who} cancelled the announced change of {what}"),
    "code.created": _("{who} made the code {what}"),
    "code.disabled": _("{who} ended the code {what}"),
    "commission.adjusted": _("{who} adjusted the commission of {what}"),
    "commission.cleared": _("{who} ended the review of the commission of {what}"),
    "commission.held": _("{who} opened a review of the commission of {what}"),
    "commission.rejected": _("{who} rejected the commission of {what}"),
    "commission.reopened": _("{who} reopened the commission of {what}"),
    "connection.created": _("{who} connected the store {what}"),
    "connection.keys_removed": _("{who} removed the keys of the store {what}"),
    "connection.keys_set": _("{who} set the keys of the store {what}"),
    "connection.order_asked_again": _(
        "{who} asked the store {what} again for an order it could not give"
    ),
    "connection.renamed": _("{who} renamed the store {what}"),
    "connection.secret_rotated": _("{who} made a new secret for the store {what}"),
    "connection.switched": _("{who} switched the store {what} on or off"),
    "demo.put_away": _("{who} put the demo data of {what} away"),
    "enrollment.moved": _("{who} moved {what} to another group"),
    "group.created": _("{who} made the group {what}"),
    "group.updated": _("{who} changed the group {what}"),
    "question.added": _("{who} asks applicants {what}"),
    "question.changed": _("{who} worded the question {what} anew"),
    "question.moved": _("{who} moved the question {what}"),
    "question.retired": _("{who} no longer asks {what}"),
    "invitation.accepted": _("{who} accepted an invitation: {what}"),
    "invitation.created": _("{who} made the invitation {what}"),
    "invitation.declined": _("{who} noted that {what} declined an invitation"),
    "invitation.revoked": _("{who} revoked the invitation {what}"),
    "invitation.sent": _("{who} mailed an invitation to {what}"),
    "kind.added": _("{who} added the kind of creators {what}"),
    "kind.hidden": _("{who} hid the kind of creators {what}"),
    "kind.offered": _("{who} offers the kind of creators {what} again"),
    "kind.renamed": _("{who} renamed the kind of creators {what}"),
    "link.archived": _("{who} archived the link {what}"),
    "link.created": _("{who} made the link {what}"),
    "link.destination_changed": _("{who} changed where the link {what} leads"),
    "link.restored": _("{who} restored the link {what}"),
    "link.slug_changed": _("{who} renamed the link {what}"),
    "link.tags_changed": _("{who} changed the notes of the link {what}"),
    "list.exported": _("{who} exported a list of {what}"),
    "mail.address_confirmed": _("{who} confirmed that mail reaches {what}"),
    "mail.reply_to_confirmed": _("{who} confirmed where answers to e-mails of {what} go"),
    "mail.reworded": _("{who} wrote an e-mail of {what} in own words"),
    "mail.sender_changed": _("{who} changed the sender of e-mails of {what}"),
    "mail.standard_again": _("{who} went back to the standard words of an e-mail of {what}"),
    "member.added": _("{who} added {what} to the team"),
    "member.invited_again": _("{who} invited {what} to the team again"),
    "member.joined": _("{who} came into the team"),
    "member.removed": _("{who} removed {what} from the team"),
    "member.role_changed": _("{who} changed the role of {what}"),
    "notices.chosen": _("{who} chose which mails {what} gets"),
    "operator.named": _("{who} made {what} an operator"),
    "operator.removed": _("{who} took the operator role from {what}"),
    "order.credited": _("{who} credited order {what} by hand"),
    "payout.cancelled": _("{who} cancelled the payout to {what}"),
    "payout.confirmed": _("{who} confirmed the payout to {what}"),
    "payout.exported": _("{who} took the file with the payout to {what}"),
    "payout.failed": _("{who} marked the payout to {what} as failed"),
    "payout.returned": _("{who} marked the payout to {what} as returned"),
    "payout_method.added": _("{who} added the payout method of {what}"),
    "payout_method.changed": _("{who} changed the payout method of {what}"),
    "payout_method.destination_changed": _("{who} learned that {what} is paid to another account"),
    "payout_method.not_ready": _("{who} learned that the payout method of {what} is not ready"),
    "payout_method.ready": _("{who} learned that the payout method of {what} is ready"),
    "payout_plan.approved": _("{who} approved the payout run {what}"),
    "payout_plan.made": _("{who} made a preview of the payout run {what}"),
    "payout_policy.set": _("{who} changed when and from which amount {what} pays"),
    "program.created": _("{who} made the program {what}"),
    "program.status_set": _("{who} changed the status of the program {what}"),
    "trial.started": _("{who} sent a test order"),
    "program.updated": _("{who} changed the settings of the program {what}"),
    "rail.set": _("{who} changed the way to pay {what}"),
    "rules.published": _("{who} published rules of the program {what}"),
    "sandbox.archived": _("{who} put the sandbox {what} away"),
    "sandbox.clock_moved": _("{who} moved the clock of the sandbox {what}"),
    "sandbox.opened": _("{who} opened the sandbox {what}"),
    "order_upload.kept": _("{who} uploaded the file of orders {what}"),
    "order_upload.taken": _("{who} took the orders of the file {what}"),
    "privacy.erased": _("{who} deleted the account of {what}"),
    "privacy.exported": _("{who} took a copy of the data of {what}"),
    "store_event.replayed": _("{who} replayed the delivery {what}"),
    "viewing.left": _("{who} left the pages of {what}"),
    "viewing.started": _("{who} opened the pages of {what} as the creator sees them"),
    "terms.accepted": _("{who} accepted the terms for {what}"),
    "utm.created": _("{who} made the UTM template {what}"),
    "utm.deleted": _("{who} deleted the UTM template {what}"),
    "utm.updated": _("{who} changed the UTM template {what}"),
}
UNKNOWN = _("{who} did {action} to {what}")

AREAS: Mapping[str, tuple[str | Promise, tuple[str, ...]]] = {
    "creators": (
        _("Creators"),
        ("affiliation", "application", "enrollment", "invitation", "terms", "viewing"),
    ),
    "links": (_("Links and codes"), ("link", "code", "utm")),
    "resources": (_("Resources"), ("announcement", "asset")),
    "orders": (_("Orders"), ("order",)),
    "commissions": (_("Commissions"), ("commission",)),
    "payouts": (
        _("Payouts"),
        ("payout", "payout_method", "payout_plan", "payout_policy", "rail"),
    ),
    "program": (_("Program"), ("change", "group", "kind", "program", "question", "rules")),
    "stores": (_("Stores"), ("connection", "order_upload", "store_event", "trial")),
    "team": (_("Team"), ("account", "mail", "member", "notices", "operator", "privacy")),
    "brand": (_("Brand"), ("brand", "demo", "list", "sandbox")),
}
"""Parts of the log to look at alone, each with the words its actions begin with."""

_FORMS = (IdentityForm, TrackingForm, HoldForm, CountForm, GroupForm, QuestionForm, PolicyForm)

LABELS: Mapping[str, str | Promise] = {
    **{
        name: field.label
        for form in _FORMS
        for name, field in form.base_fields.items()
        if field.label
    },
    "affiliates.code.text": _("Code"),
    "amount_minor": _("Amount"),
    "applies_at": _("In force from"),
    "audience": _("For whom"),
    "bytes": _("Size in bytes"),
    "clock_offset_s": _("Clock ahead, in seconds"),
    "count": _("How many"),
    "currency": _("Currency"),
    "destination_url": _("Leads to"),
    "effective_from": _("In force from"),
    "ends_on": _("Until"),
    "enrollment": _("Creator"),
    "file": _("File"),
    "filters": _("Filters"),
    "format": _("File"),
    "group": _("Group"),
    "hint": _("Account"),
    "image": _("Image"),
    "is_enabled": _("Switched on"),
    "is_key_changed": _("Key changed"),
    "kind": _("Kind"),
    "list": _("List"),
    "logo_digest": _("Logo"),
    "max_uses": _("How many may use it"),
    "name": _("Name"),
    "needs": _("Needs"),
    "note": _("Note"),
    "old_secret_until": _("The old secret works until"),
    "old_payments": _("Payments of long ago"),
    "order": _("Order"),
    "orders": _("Orders"),
    "platform": _("Shop system"),
    "program": _("Program"),
    "rail": _("Way to pay"),
    "refunds": _("Refunds"),
    "role": _("Role"),
    "send_at": _("Sent on"),
    "shop_url": _("Address of the shop"),
    "site_url": _("Web site"),
    "slug": _("Address"),
    "starts_on": _("From"),
    "status": _("State"),
    "sub_ids": _("Sub-ids"),
    "tags": _("Tags"),
    "terms_version": _("Version of the terms"),
    "text": _("Text"),
    "time_zone": _("Time zone"),
    "title": _("Title"),
    "total_minor": _("Total"),
    "url": _("Leads to"),
    "utm": "UTM",
    "version": _("Version"),
    "vouched": _("Payment times vouched for"),
}
"""Settings are called as in their forms; a kind of thing before a name makes it that kind's."""

MOMENTS = frozenset({"applies_at", "effective_from", "old_secret_until", "send_at"})
"""Facts that are times, in ISO 8601."""

VALUES: Mapping[str, Mapping[str, str | Promise]] = {
    "rail": dict(RailKind.choices),
    "role": dict(Role.choices),
    "status": {name: state.label for name, state in STATES.items()},
}
"""Words for values that are codes, by the fact they stand in."""
