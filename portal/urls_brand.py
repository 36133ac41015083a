"""Addresses of pages about a brand that show several apps, by the namespace they belong to."""

from django.urls import path

from portal.views import (
    alike,
    audit,
    books,
    brand_commissions,
    brand_creator,
    brand_creators,
    brand_home,
    brand_orders,
    brand_search,
    code_batches,
    creator_bulk,
    exports,
    goals,
    liability,
    reports,
    saved_reports,
    tiers,
    trial,
    tryout,
    whatif,
)

_GOALS = "b/<slug:slug>/reports/goals"
_BATCH = "b/<slug:slug>/creators/batches/<str:batch_id>"
_SAVED = "b/<slug:slug>/reports/saved"

urlpatterns = [
    path("b/<slug:slug>/", brand_home.show_home, name="brand-home"),
    path(
        "b/<slug:slug>/commissions/<str:commission_id>/",
        brand_commissions.show_commission,
        name="commission-brand",
    ),
    path(
        "b/<slug:slug>/creators/<str:creator_id>/alike/<str:other_id>/",
        alike.clear,
        name="pair-clear",
    ),
    path("b/<slug:slug>/reports/", reports.show_performance, name="report-list"),
    path("b/<slug:slug>/reports/funnel/", reports.show_funnel, name="report-funnel"),
    path("b/<slug:slug>/reports/cohorts/", reports.show_cohorts, name="report-cohorts"),
    path("b/<slug:slug>/reports/liability/", liability.show_liability, name="report-liability"),
    path(f"{_GOALS}/", goals.show_goals, name="goal-list"),
    path(f"{_GOALS}/new/", goals.add_goal, name="goal-create"),
    path(f"{_GOALS}/<str:goal_id>/", goals.show_goal, name="goal-detail"),
    path(f"{_GOALS}/<str:goal_id>/edit/", goals.edit_goal, name="goal-edit"),
    path(f"{_GOALS}/<str:goal_id>/end/", goals.close_goal, name="goal-end"),
    path(f"{_SAVED}/", saved_reports.show_saved, name="saved-list"),
    path(f"{_SAVED}/new/", saved_reports.add_saved, name="saved-create"),
    path(f"{_SAVED}/<str:report_id>/", saved_reports.open_saved, name="saved-open"),
    path(f"{_SAVED}/<str:report_id>/change/", saved_reports.change_saved, name="saved-change"),
    path(f"{_SAVED}/<str:report_id>/delete/", saved_reports.remove_saved, name="saved-delete"),
    path("b/<slug:slug>/setup/test-order/", trial.show, name="trial"),
    path("b/<slug:slug>/program/tiers/", tiers.show_tiers, name="tiers"),
    path("b/<slug:slug>/program/tiers/edit/", tiers.edit_tiers, name="tiers-edit"),
    path("b/<slug:slug>/program/try/", tryout.show, name="tryout"),
    path("b/<slug:slug>/program/what-if/", whatif.ask, name="what-if"),
    path("b/<slug:slug>/program/what-if/<str:what_if_id>/", whatif.show, name="what-if-detail"),
    path(
        "b/<slug:slug>/program/what-if/<str:what_if_id>/file/",
        whatif.download,
        name="what-if-file",
    ),
    path("b/<slug:slug>/search/", brand_search.search, name="search"),
    path("b/<slug:slug>/books/", books.show_brand_books, name="books"),
    path("b/<slug:slug>/audit/", audit.list_events, name="audit-list"),
    path("b/<slug:slug>/export/<slug:sheet>/", exports.export_list, name="list-export"),
]

creator_urls = [
    path("b/<slug:slug>/creators/", brand_creators.show_creators, name="creator-list"),
    path("b/<slug:slug>/creators/bulk/", creator_bulk.decide_many, name="creator-bulk"),
    path("b/<slug:slug>/creators/links/", brand_search.show_shared, name="shared-list"),
    path(f"{_BATCH}/", code_batches.show_batch, name="code-batch"),
    path(f"{_BATCH}/codes.csv", code_batches.download_batch, name="code-batch-file"),
    path(f"{_BATCH}/end/", code_batches.stop_batch, name="code-batch-end"),
    path(
        "b/<slug:slug>/creators/<str:creator_id>/programs/<str:enrollment_id>/codes/batch/",
        code_batches.add_batch,
        name="code-batch-create",
    ),
    path(
        "b/<slug:slug>/creators/<str:creator_id>/",
        brand_creator.show_creator,
        name="creator-detail",
    ),
]

order_urls = [
    path("b/<slug:slug>/orders/<str:order_id>/", brand_orders.show_order, name="order-detail"),
]
