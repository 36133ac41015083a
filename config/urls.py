"""Every address of the program. A namespace holds all pages of its nouns, whoever shows them."""

from allauth.account import views as account
from allauth.mfa.recovery_codes import views as recovery_codes
from allauth.mfa.totp import views as totp
from allauth.mfa.webauthn import views as webauthn
from django.db.transaction import atomic
from django.urls import include, path

from affiliates import urls as affiliates_urls
from affiliates import urls_brand as affiliates_brand
from brands import urls as brands_urls
from core.views import security
from core.views.security import recorded
from payouts import urls as payouts_urls
from portal import urls as portal_urls
from portal import urls_brand as portal_brand
from tracking import urls as tracking_urls
from tracking import urls_brand as tracking_brand

_brands = [*brands_urls.urlpatterns, *tracking_urls.store_urls]
_affiliates = [
    *affiliates_urls.urlpatterns,
    *affiliates_brand.urlpatterns,
    *portal_urls.link_urls,
    *portal_brand.creator_urls,
]
_tracking = [
    *tracking_urls.urlpatterns,
    *tracking_brand.urlpatterns,
    *portal_brand.order_urls,
]
_payouts = [*payouts_urls.urlpatterns, *portal_urls.payout_urls]
_portal = [*portal_urls.urlpatterns, *portal_brand.urlpatterns]

# In place of allauth's own, which they stand before: what they change is recorded with it.
_in_place = [
    path("accounts/email/", atomic(account.email), name="account_email"),
    path("accounts/sessions/", security.list_sessions, name="usersessions_list"),
    path("accounts/2fa/totp/activate/", recorded(totp.activate_totp), name="mfa_activate_totp"),
    path(
        "accounts/2fa/totp/deactivate/", recorded(totp.deactivate_totp), name="mfa_deactivate_totp"
    ),
    path("accounts/2fa/webauthn/add/", recorded(webauthn.add_webauthn), name="mfa_add_webauthn"),
    path(
        "accounts/2fa/webauthn/keys/<int:pk>/remove/",
        security.remove_passkey,
        name="mfa_remove_webauthn",
    ),
    path(
        "accounts/2fa/recovery-codes/generate/",
        recorded(recovery_codes.generate_recovery_codes),
        name="mfa_generate_recovery_codes",
    ),
]

handler400 = "portal.views.public.bad_request"

urlpatterns = [
    path("", include((_brands, "brands"))),
    path("", include("portal.api.urls")),
    path("", include((_portal, "portal"))),
    path("", include((_affiliates, "affiliates"))),
    path("", include((_tracking, "tracking"))),
    path("", include((_payouts, "payouts"))),
    *_in_place,
    path("accounts/", include("allauth.urls")),
    path("", include("core.urls")),
]
