"""Addresses of payouts."""

from django.urls import path

from payouts.views import (
    brand_statements,
    files,
    inbound,
    minimum,
    own,
    own_tax,
    payout,
    runs,
    statements,
    tax,
    tax_rates,
    write_offs,
)

_STATEMENT = "me/payouts/statements/<str:affiliation_id>/<str:currency>/<str:month>"
_ISSUED = "b/<slug:slug>/payouts/statements"

urlpatterns = [
    path("rails/stripe/<str:brand_id>", inbound.receive, {"service": "stripe"}, name="stripe-hook"),
    path("rails/paypal/<str:brand_id>", inbound.receive, {"service": "paypal"}, name="paypal-hook"),
    path("standin/paypal/<path:path>", inbound.standin_paypal, name="standin-paypal"),
    path("b/<slug:slug>/payouts/rails/<str:rail>/test/", runs.test_rail, name="rail-test"),
    path("standin/stripe/setup/<slug:token>", inbound.standin_setup, name="standin-setup"),
    path("standin/stripe/<path:path>", inbound.standin_api, name="standin-api"),
    path("me/payouts/method/", own.list_methods, name="method"),
    path("me/payouts/method/<str:affiliation_id>/", own.edit_method, name="method-edit"),
    path("me/payouts/method/<str:affiliation_id>/stripe/", own.start_stripe, name="method-stripe"),
    path("me/payouts/method/<str:affiliation_id>/check/", own.refresh, name="method-check"),
    path("me/payouts/minimum/<str:affiliation_id>/", minimum.edit_minimum, name="own-minimum"),
    path("me/payouts/tax/", own_tax.list_own, name="tax"),
    path("me/payouts/tax/<str:affiliation_id>/", own_tax.edit_own, name="tax-edit"),
    path("me/payouts/statements/", statements.list_own, name="statement-list"),
    path("me/payouts/statements/<str:statement_id>/", statements.show_issued, name="issued"),
    path(
        "me/payouts/statements/<str:statement_id>/csv/",
        statements.download_issued,
        name="issued-csv",
    ),
    path(
        "me/payouts/statements/<str:statement_id>/pdf/",
        statements.print_issued,
        name="issued-pdf",
    ),
    path(f"{_STATEMENT}/", statements.show_month, name="statement"),
    path(f"{_STATEMENT}/csv/", statements.download_month, name="statement-csv"),
    path("me/payouts/<str:payout_id>/", own.show_own, name="creator-payout"),
    path("b/<slug:slug>/payouts/", runs.list_all, name="run-list"),
    path("b/<slug:slug>/payouts/preview/", runs.preview, name="run-preview"),
    path("b/<slug:slug>/payouts/runs/<str:plan_id>/", runs.show, name="run-detail"),
    path("b/<slug:slug>/payouts/runs/<str:plan_id>/approve/", runs.approve, name="run-approve"),
    path("b/<slug:slug>/payouts/runs/<str:plan_id>/withdraw/", runs.withdraw, name="run-withdraw"),
    path(
        "b/<slug:slug>/payouts/runs/<str:plan_id>/confirm/<str:rail>/",
        files.confirm,
        name="run-confirm",
    ),
    path("b/<slug:slug>/payouts/files/<str:file_id>/", files.download, name="run-file"),
    path("b/<slug:slug>/payouts/files/<str:file_id>/cancel/", files.cancel, name="file-cancel"),
    path(f"{_ISSUED}/", brand_statements.list_of_brand, name="brand-statements"),
    path(f"{_ISSUED}/<str:statement_id>/", brand_statements.show_of_brand, name="brand-statement"),
    path(
        f"{_ISSUED}/<str:statement_id>/csv/",
        brand_statements.download_of_brand,
        name="brand-statement-csv",
    ),
    path(
        "b/<slug:slug>/payouts/write-off/<str:affiliation_id>/<str:currency>/",
        write_offs.write_off,
        name="write-off",
    ),
    path(
        f"{_ISSUED}/<str:statement_id>/pdf/",
        brand_statements.print_of_brand,
        name="brand-statement-pdf",
    ),
    path("b/<slug:slug>/payouts/tax/", tax.list_of_brand, name="brand-tax"),
    path("b/<slug:slug>/payouts/tax/require/", tax.require, name="brand-tax-require"),
    path("b/<slug:slug>/payouts/tax/rates/", tax_rates.show_rates, name="tax-rates"),
    path("b/<slug:slug>/payouts/tax/rates/add/", tax_rates.add_rate, name="tax-rate-add"),
    path(
        "b/<slug:slug>/payouts/tax/rates/<str:rate_id>/end/",
        tax_rates.end_rate,
        name="tax-rate-end",
    ),
    path("b/<slug:slug>/payouts/tax/<str:tax_id>/", tax.show_profile, name="brand-tax-profile"),
    path("b/<slug:slug>/payouts/<str:payout_id>/", payout.show_payout, name="payout-detail"),
    path("b/<slug:slug>/payouts/<str:payout_id>/<str:what>/", payout.act, name="payout-act"),
]
