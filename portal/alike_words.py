"""What two creators have in common, in words; never the thing itself."""

from django.utils.translation import pgettext

from affiliates.selectors_alike import Alike


def name_shared(alike: Alike) -> str:
    """Name what both have."""
    names = [str(kind.label) for kind in alike.kinds]
    return pgettext("between the items of a list", ", ").join(names)
