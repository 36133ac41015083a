"""Addresses of tracking on the brand's side, under /b/<brand>/."""

from django.urls import path

from tracking.views import (
    brand_alike,
    brand_bonuses,
    brand_bonusplans,
    brand_budget,
    brand_claims,
    brand_commissions,
    brand_decisions,
    brand_health,
    brand_leaks,
    brand_links,
    brand_orders,
    brand_tests,
    brand_work,
)

_COMMISSION = "b/<slug:slug>/commissions/<str:commission_id>"

_BONUS = "b/<slug:slug>/bonuses"
_WORK = "b/<slug:slug>/work"
_CLAIMS = "b/<slug:slug>/orders/claims"

urlpatterns = [
    path(f"{_BONUS}/", brand_bonusplans.show_plans, name="bonus-list"),
    path(f"{_BONUS}/new/", brand_bonusplans.add_plan, name="bonus-new"),
    path(f"{_BONUS}/<str:bonus_id>/", brand_bonusplans.show_plan, name="bonus-detail"),
    path(f"{_BONUS}/<str:bonus_id>/edit/", brand_bonusplans.edit_plan, name="bonus-edit"),
    path(f"{_BONUS}/<str:bonus_id>/end/", brand_bonusplans.close_plan, name="bonus-end"),
    path("b/<slug:slug>/bonus/", brand_bonuses.give, name="bonus-give"),
    path("b/<slug:slug>/budget/", brand_budget.show_budget, name="budget"),
    path(f"{_WORK}/", brand_work.show_work, name="work-list"),
    path(f"{_WORK}/new/", brand_work.offer_work, name="work-offer"),
    path(f"{_WORK}/<str:deliverable_id>/", brand_work.show_deliverable, name="work-detail"),
    path(f"{_WORK}/<str:deliverable_id>/withdraw/", brand_work.withdraw, name="work-withdraw"),
    path(f"{_WORK}/<str:deliverable_id>/day/", brand_work.move_due, name="work-due"),
    path(f"{_WORK}/of/<str:work_id>/<slug:decision>/", brand_work.decide, name="work-decide"),
    path("b/<slug:slug>/tracking/", brand_health.show_health, name="health"),
    path(
        "b/<slug:slug>/tracking/alarms/<str:alarm_id>/dismiss/",
        brand_health.dismiss,
        name="alarm-dismiss",
    ),
    path("b/<slug:slug>/creators/links/leaks/", brand_leaks.show_leaks, name="code-leaks"),
    path("b/<slug:slug>/creators/links/check/", brand_links.check_links, name="link-check"),
    path("b/<slug:slug>/orders/", brand_orders.list_orders, name="order-list"),
    path(f"{_CLAIMS}/", brand_claims.show_claims, name="claim-list"),
    path(f"{_CLAIMS}/<str:claim_id>/", brand_claims.show_claim, name="claim-detail"),
    path(f"{_CLAIMS}/<str:claim_id>/picture/", brand_claims.show_picture, name="claim-picture"),
    path(f"{_CLAIMS}/<str:claim_id>/decline/", brand_claims.decline, name="claim-decline"),
    path(
        f"{_CLAIMS}/<str:claim_id>/accept/<str:order_id>/",
        brand_claims.accept,
        name="claim-accept",
    ),
    path(
        "b/<slug:slug>/orders/<str:order_id>/credit/",
        brand_orders.credit_to_creator,
        name="order-credit",
    ),
    path("b/<slug:slug>/orders/<str:order_id>/test/", brand_tests.mark_as_test, name="order-test"),
    path(
        "b/<slug:slug>/commissions/",
        brand_commissions.list_commissions,
        name="commission-list",
    ),
    path(
        "b/<slug:slug>/commissions/review/clear/",
        brand_alike.clear_those_found,
        name="commission-clear-found",
    ),
    path(f"{_COMMISSION}/hold/", brand_decisions.hold_commission, name="commission-hold"),
    path(
        f"{_COMMISSION}/clear/alike/",
        brand_alike.clear_those_alike,
        name="commission-clear-alike",
    ),
    path(f"{_COMMISSION}/clear/", brand_decisions.clear_commission, name="commission-clear"),
    path(f"{_COMMISSION}/ask/", brand_decisions.ask_creator, name="commission-ask"),
    path(f"{_COMMISSION}/reject/", brand_decisions.reject_commission, name="commission-reject"),
    path(f"{_COMMISSION}/reopen/", brand_decisions.reopen_commission, name="commission-reopen"),
    path(f"{_COMMISSION}/adjust/", brand_decisions.adjust_commission, name="commission-adjust"),
]
