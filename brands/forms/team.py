"""Forms of the team."""

from django import forms
from django.utils.translation import gettext_lazy as _

from brands.models import Role

ROLES = [
    (Role.OWNER, _("Owner: everything, the team too")),
    (Role.MANAGER, _("Manager: programs, rules, creators, orders, stores")),
    (Role.FINANCE, _("Finance: payouts, rails, review of commissions")),
    (Role.ANALYST, _("Analyst: reads and exports")),
]


class RoleForm(forms.Form):
    role = forms.ChoiceField(
        label=_("Role"),
        choices=[(role.value, label) for role, label in ROLES],
        widget=forms.RadioSelect,
        initial=Role.ANALYST.value,
    )


class InviteForm(RoleForm):
    email = forms.EmailField(
        label=_("E-mail address"),
        max_length=254,
        help_text=_(
            "Somebody with an account is in the team at once; anybody else logs in by a code that "
            "we mail. Both are told by mail."
        ),
    )
    field_order = ["email", "role"]
