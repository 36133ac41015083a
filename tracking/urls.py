"""Addresses of tracking."""

from django.urls import path

from tracking.views import (
    bonusplans,
    deliveries,
    hooks,
    impressions,
    inbox,
    own_orders,
    postbacks,
    products,
    redirect,
    store_codes,
    storechecks,
    stores,
    uploads,
    work,
)

app_name = "tracking"

STORES = "b/<str:slug>/program/stores"
STORE = f"{STORES}/<str:connection_id>"

urlpatterns = [
    path("hooks/<str:connection_id>", hooks.receive_delivery, name="hook"),
    path("hooks/<str:connection_id>/<str:secret>", hooks.receive_delivery, name="hook-secret"),
    path("postback/<str:connection_id>", postbacks.receive_postback, name="postback"),
    path("r/", redirect.follow_link, name="redirect-by-parameter"),
    path("r/<str:slug>", redirect.follow_link, name="redirect"),
    path("r/<path:slug>", redirect.follow_link),
    path("i/<slug:slug>/<slug:asset_id>", impressions.show_picture, name="impression"),
    path("me/bonuses/", bonusplans.show_own_bonuses, name="own-bonuses"),
    path("me/orders/", own_orders.show_own_orders, name="own-orders"),
    path("me/orders/ask/", own_orders.ask_brand, name="claim-ask"),
    path("me/orders/<str:claim_id>/", own_orders.show_own_claim, name="own-claim"),
    path(
        "me/orders/<str:claim_id>/picture/", own_orders.show_own_picture, name="own-claim-picture"
    ),
    path("me/work/", work.show_own_work, name="own-work-list"),
    path("me/work/<str:deliverable_id>/", work.show_own_deliverable, name="own-work"),
    path(f"{STORE}/", inbox.show_connection, name="connection-detail"),
    path(f"{STORE}/upload/", uploads.upload, name="upload"),
    path(f"{STORE}/upload/template/", uploads.download_template, name="upload-template"),
    path(f"{STORE}/upload/<str:upload_id>/", uploads.show_upload, name="upload-detail"),
    path(f"{STORE}/upload/<str:upload_id>/errors/", uploads.download_errors, name="upload-errors"),
    path(f"{STORE}/checks/", storechecks.show_checks, name="check-list"),
    path(f"{STORE}/checks/findings.csv", storechecks.download_findings, name="finding-sheet"),
    path(f"{STORE}/checks/fetch/", storechecks.fetch, name="finding-fetch"),
    path(f"{STORE}/checks/take/", storechecks.take, name="finding-take"),
    path(f"{STORE}/checks/file/<str:upload_id>/", storechecks.compare_file, name="check-file"),
    path(f"{STORE}/checks/<str:check_id>/", storechecks.show_check, name="check-detail"),
    path(f"{STORE}/checks/dismiss/<str:finding_id>/", storechecks.dismiss, name="finding-dismiss"),
    path(f"{STORE}/codes/", store_codes.show_codes, name="store-codes"),
    path(f"{STORE}/codes/file/", store_codes.download_codes, name="store-codes-file"),
    path(f"{STORE}/codes/<str:program_id>/", store_codes.edit_discount, name="store-discount"),
    path(f"{STORE}/products/", products.show_products, name="product-list"),
    path(f"{STORE}/events/<str:event_id>/", inbox.show_event, name="event-detail"),
    path(f"{STORE}/events/<str:event_id>/replay/", deliveries.replay_event, name="event-replay"),
    path(f"{STORE}/replay/", deliveries.replay_stuck, name="events-replay"),
    path(f"{STORE}/unread/<str:unread_id>/", deliveries.ask_again, name="unread-ask"),
    path(f"{STORE}/unread/<str:unread_id>/give-up/", deliveries.give_up, name="unread-give-up"),
]

# What a brand decides of its stores: pages of `brands` by their names, shown where adapters are.
store_urls = [
    path(f"{STORES}/", stores.show_list, name="connection-list"),
    path(f"{STORES}/new/", stores.create, name="connection-create"),
    path(f"{STORE}/settings/", stores.show, name="connection-detail"),
    path(f"{STORE}/switch/", stores.switch, name="connection-switch"),
]
