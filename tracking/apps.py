from django.apps import AppConfig
from django.conf import settings
from django.core.exceptions import ImproperlyConfigured

from tracking.domain.token import BadTokenKeys, parse_keys


class TrackingConfig(AppConfig):
    name = "tracking"

    def ready(self) -> None:
        """Stop the boot when the keys of click tokens cannot be read."""
        try:
            parse_keys(settings.CLICK_TOKEN_KEYS)
        except BadTokenKeys as error:
            raise ImproperlyConfigured(str(error)) from None
