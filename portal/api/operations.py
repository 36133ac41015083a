"""Every operation of the API by its address, none of which ends in a slash."""

from django.urls import path

from portal.api import creators, money, orders, programs, sales

V1 = "api/v1"

operations = [
    path(f"{V1}/programs", programs.Programs.as_view(), name="programs"),
    path(f"{V1}/programs/<str:program_id>", programs.OneProgram.as_view(), name="program"),
    path(f"{V1}/groups", programs.Groups.as_view(), name="groups"),
    path(f"{V1}/groups/<str:group_id>", programs.OneGroup.as_view(), name="group"),
    path(f"{V1}/enrollments", programs.Enrollments.as_view(), name="enrollments"),
    path(
        f"{V1}/enrollments/<str:enrollment_id>", programs.OneEnrollment.as_view(), name="enrollment"
    ),
    path(f"{V1}/applications", creators.Applications.as_view(), name="applications"),
    path(
        f"{V1}/applications/<str:application_id>",
        creators.OneApplication.as_view(),
        name="application",
    ),
    path(
        f"{V1}/applications/<str:application_id>/approve",
        creators.Approve.as_view(),
        name="application-approve",
    ),
    path(
        f"{V1}/applications/<str:application_id>/reject",
        creators.Reject.as_view(),
        name="application-reject",
    ),
    path(f"{V1}/invitations", creators.Invitations.as_view(), name="invitations"),
    path(
        f"{V1}/invitations/<str:invitation_id>", creators.OneInvitation.as_view(), name="invitation"
    ),
    path(f"{V1}/links", creators.Links.as_view(), name="links"),
    path(f"{V1}/links/<str:link_id>", creators.OneLink.as_view(), name="link"),
    path(f"{V1}/codes", creators.Codes.as_view(), name="codes"),
    path(f"{V1}/codes/<str:code_id>", creators.OneCode.as_view(), name="code"),
    path(f"{V1}/clicks", sales.Clicks.as_view(), name="clicks"),
    path(f"{V1}/clicks/<str:click_id>", sales.OneClick.as_view(), name="click"),
    path(f"{V1}/orders", sales.Orders.as_view(), name="orders"),
    path(f"{V1}/orders/<str:order_id>", sales.OneOrder.as_view(), name="order"),
    path(f"{V1}/commissions", sales.Commissions.as_view(), name="commissions"),
    path(f"{V1}/commissions/<str:commission_id>", sales.OneCommission.as_view(), name="commission"),
    path(f"{V1}/conversions", orders.Conversions.as_view(), name="conversions"),
    path(f"{V1}/refunds", orders.Refunds.as_view(), name="refunds"),
    path(f"{V1}/leads", orders.Leads.as_view(), name="leads"),
    path(f"{V1}/payouts", money.Payouts.as_view(), name="payouts"),
    path(f"{V1}/payouts/<str:payout_id>", money.OnePayout.as_view(), name="payout"),
    path(f"{V1}/statements", money.Statements.as_view(), name="statements"),
    path(f"{V1}/statements/<str:statement_id>", money.OneStatement.as_view(), name="statement"),
]
