"""Addresses of affiliates on the brand's side, under /b/<brand>/."""

from django.urls import path

from affiliates.views import (
    brand_announcements,
    brand_applications,
    brand_assets,
    brand_bulk_applications,
    brand_creators,
    brand_invitations,
    brand_utm,
    brand_vetting,
    brand_viewing,
)

_CREATORS = "b/<slug:slug>/creators"
_APPLICATION = f"{_CREATORS}/applications/<str:application_id>"
_CREATOR = f"{_CREATORS}/<str:creator_id>"
_INVITATIONS = f"{_CREATORS}/invitations"
_CODE = f"{_CREATORS}/codes/<str:code_id>"
_ASSETS = "b/<slug:slug>/program/resources"
_NEWS = "b/<slug:slug>/program/announcements"
_UTM = "b/<slug:slug>/program/utm"
_ANNOUNCEMENT = f"{_NEWS}/<str:announcement_id>"

urlpatterns = [
    path(f"{_NEWS}/", brand_announcements.show_announcements, name="announcement-list"),
    path(f"{_NEWS}/new/", brand_announcements.write_announcement, name="announcement-create"),
    path(f"{_ANNOUNCEMENT}/", brand_announcements.edit_announcement, name="announcement-edit"),
    path(f"{_ANNOUNCEMENT}/send/", brand_announcements.send_announcement, name="announcement-send"),
    path(f"{_ANNOUNCEMENT}/withdraw/", brand_announcements.withdraw, name="announcement-withdraw"),
    path(f"{_ASSETS}/", brand_assets.show_assets, name="asset-list"),
    path(f"{_ASSETS}/new/", brand_assets.add_asset, name="asset-create"),
    path(f"{_ASSETS}/<str:asset_id>/", brand_assets.edit_asset, name="asset-edit"),
    path(f"{_ASSETS}/<str:asset_id>/archive/", brand_assets.change_archive, name="asset-archive"),
    path(f"{_UTM}/", brand_utm.show_templates, name="utm-list"),
    path(f"{_UTM}/new/", brand_utm.add_template, name="utm-create"),
    path(f"{_UTM}/<str:template_id>/", brand_utm.edit_template, name="utm-edit"),
    path(f"{_UTM}/<str:template_id>/delete/", brand_utm.remove_template, name="utm-delete"),
    path(f"{_INVITATIONS}/", brand_invitations.show_invitations, name="invitation-list"),
    path(f"{_INVITATIONS}/new/", brand_invitations.invite_people, name="invitation-create"),
    path(f"{_INVITATIONS}/link/", brand_invitations.invite_by_link, name="invitation-link"),
    path(
        f"{_INVITATIONS}/<str:invitation_id>/resend/",
        brand_invitations.resend,
        name="invitation-resend",
    ),
    path(
        f"{_INVITATIONS}/<str:invitation_id>/revoke/",
        brand_invitations.revoke,
        name="invitation-revoke",
    ),
    path(f"{_CREATORS}/applications/", brand_applications.show_queue, name="application-list"),
    path(
        f"{_CREATORS}/applications/bulk/",
        brand_bulk_applications.decide_many,
        name="application-bulk",
    ),
    path(f"{_APPLICATION}/", brand_applications.show_application, name="application-detail"),
    path(f"{_APPLICATION}/approve/", brand_applications.approve, name="application-approve"),
    path(f"{_APPLICATION}/notes/", brand_vetting.note_on_application, name="application-note"),
    path(
        f"{_APPLICATION}/checklist/<str:point_id>/",
        brand_vetting.check_application,
        name="application-check",
    ),
    path(f"{_CODE}/rename/", brand_creators.change_code, name="code-rename"),
    path(f"{_CODE}/disable/", brand_creators.end_code, name="code-disable-brand"),
    path(f"{_CREATOR}/tags/", brand_vetting.change_tags, name="creator-tag"),
    path(f"{_CREATOR}/notes/", brand_vetting.note_on_creator, name="creator-note"),
    path(f"{_CREATOR}/open/", brand_viewing.open_as, name="viewing-open"),
    path(f"{_CREATOR}/leave/", brand_viewing.leave, name="viewing-leave"),
    path(f"{_CREATOR}/suspend/", brand_creators.suspend, name="creator-suspend"),
    path(f"{_CREATOR}/reinstate/", brand_creators.reinstate, name="creator-reinstate"),
    path(
        f"{_CREATOR}/programs/<str:enrollment_id>/group/",
        brand_creators.change_group,
        name="enrollment-move",
    ),
    path(
        f"{_CREATOR}/programs/<str:enrollment_id>/pin/",
        brand_creators.change_pin,
        name="enrollment-pin",
    ),
    path(
        f"{_CREATOR}/programs/<str:enrollment_id>/codes/new/",
        brand_creators.add_code,
        name="code-create-brand",
    ),
]
