"""The e-mail addresses that are known to be a person's."""

from collections.abc import Collection

from allauth.account.models import EmailAddress

from core.models import User


def list_addresses(user_ids: Collection[int]) -> dict[int, list[str]]:
    """Return for each person the addresses he has, confirmed beside it, or had until lately."""
    rows = User.objects.filter(pk__in=user_ids).values_list("pk", "email", "former_email")
    found = {pk: [email, former] for pk, email, former in rows}
    confirmed = EmailAddress.objects.filter(user__in=user_ids, verified=True).order_by("pk")
    for pk, email in confirmed.values_list("user_id", "email"):
        found[pk].append(email)
    return {pk: [one for one in dict.fromkeys(emails) if one] for pk, emails in found.items()}
