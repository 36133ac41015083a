"""Addresses of pages for anyone and for creators, by the namespace they belong to."""

from django.urls import path

from portal.views import (
    account,
    books,
    code_batches,
    commission,
    creator,
    invited,
    join,
    links,
    notices,
    ops,
    ops_brands,
    payouts,
    privacy,
    public,
    tiers,
)

_PROGRAM = "p/<slug:brand_slug>/<slug:program_slug>"
_LINK = "me/links/<str:link_id>"

urlpatterns = [
    path("", public.show_landing, name="landing"),
    path("home/", public.show_home, name="home"),
    path("programs/", public.show_directory, name="directory"),
    path("programs/compare/", public.compare_programs, name="compare"),
    path(f"{_PROGRAM}/", public.show_program, name="program"),
    path(f"{_PROGRAM}/join/", join.join_program, name="join"),
    path(f"{_PROGRAM}/invited/<str:invite_token>/", invited.answer_invitation, name="invited"),
    path(f"{_PROGRAM}/terms/<int:version>/", public.show_terms, name="terms"),
    path("me/", creator.show_home, name="creator-home"),
    path("me/earnings/", creator.show_earnings, name="creator-earnings"),
    path("me/earnings/<str:commission_id>/", commission.show_commission, name="commission-story"),
    path(
        "me/earnings/<str:commission_id>/answer/",
        commission.answer_review,
        name="commission-answer",
    ),
    path("me/tiers/", tiers.show_own_tiers, name="own-tiers"),
    path("me/programs/compare/", creator.compare_programs, name="program-compare"),
    path("me/settings/", account.show_settings, name="settings"),
    path("me/settings/history/", account.show_history, name="account-history"),
    path("metrics", ops.show_metrics, name="metrics"),
    path("ops/", ops.show_start, name="ops"),
    path("ops/health/", ops.show_health, name="health"),
    path("ops/jobs/", ops.show_jobs, name="job-list"),
    path("ops/events/", ops.show_events, name="event-list"),
    path("ops/books/", ops.show_books, name="books-list"),
    path("ops/books/<str:brand_id>/", books.show_books, name="books-detail"),
    path("ops/brands/", ops_brands.show_brands, name="brand-list"),
    path("ops/brands/new/", ops_brands.open_brand, name="brand-new"),
    path("ops/brands/<str:brand_id>/status/", ops_brands.change_status, name="brand-status"),
    path("ops/settings/", ops.show_settings, name="setting-list"),
    path("me/settings/privacy/", privacy.show, name="privacy"),
    path("me/settings/privacy/delete/", privacy.delete, name="privacy-delete"),
    path("privacy/", privacy.show_statement, name="privacy-statement"),
    path("account-deleted/", privacy.show_gone, name="privacy-gone"),
    path("me/settings/privacy/copy/", privacy.take_copy, name="privacy-copy"),
    path("me/settings/notices/", notices.show, name="notices"),
    path("me/settings/notices/check/", notices.check_address, name="notices-check"),
]

payout_urls = [
    path("me/payouts/", payouts.show_payouts, name="creator-payouts"),
]

link_urls = [
    path("me/links/", links.show_links, name="link-list"),
    path("me/links/new/", links.create_link, name="link-new"),
    path("me/codes/<str:batch_id>.csv", code_batches.download_own, name="own-code-batch"),
    path(f"{_LINK}/", links.show_link, name="link-detail"),
    path(f"{_LINK}/edit/", links.edit_link, name="link-edit"),
    path(f"{_LINK}/print/", links.print_link, name="link-print"),
    path(f"{_LINK}/slug/", links.change_slug, name="link-slug"),
    path(f"{_LINK}/archive/", links.archive_link, name="link-archive"),
    path(f"{_LINK}/restore/", links.restore_link, name="link-restore"),
    path(f"{_LINK}/qr.svg", links.show_qr, {"kind": "svg"}, name="link-qr-svg"),
    path(f"{_LINK}/qr.png", links.show_qr, {"kind": "png"}, name="link-qr-png"),
]
