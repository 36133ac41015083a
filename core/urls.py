"""Addresses of preferences, account safety, health, images, and the component gallery."""

from django.urls import path

from core.views import mail, outbox, pages, reports, security

app_name = "core"
urlpatterns = [
    path("preferences/", pages.change_preferences, name="preferences"),
    path("csp/", reports.take_violation, name="csp"),
    path("health/", pages.check_health, name="health"),
    path("health/ready/", pages.check_ready, name="ready"),
    path("images/<str:digest>/full", pages.show_image, {"size": "full"}, name="image"),
    path("images/<str:digest>/small", pages.show_image, {"size": "small"}, name="image-small"),
    path("images/<str:digest>/letter", pages.show_image, {"size": "letter"}, name="image-letter"),
    path("mail/stop/<str:token>/", mail.stop, name="mail-stop"),
    path("mail/confirm/<str:token>/", mail.confirm, name="mail-confirm"),
    path("ops/outbox/", outbox.show_list, name="outbox"),
    path("ops/outbox/<int:mail_id>/", outbox.show, name="outbox-mail"),
    path("ops/outbox/<int:mail_id>/html/", outbox.show_html, name="outbox-html"),
    path("accounts/2fa/totp/qr.svg", security.show_totp_qr, name="totp-qr"),
    path("accounts/2fa/recovery-codes/file/", security.save_codes, name="recovery-file"),
    path("accounts/sessions/<int:session_id>/end/", security.end_session, name="session-end"),
    path("accounts/again/", security.ask_again_by_mail, name="again-by-mail"),
    path("ops/components/", pages.show_components, name="components"),
]
