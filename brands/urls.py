"""Addresses of what a brand decides."""

from django.urls import path

from brands.views import (
    developers,
    endpoints,
    groups,
    identity,
    kinds,
    letters,
    notice,
    payouts,
    programs,
    questions,
    rules,
    sandbox,
    setup,
    team,
    terms,
    vetting,
    withdrawing,
)

app_name = "brands"

BRAND = "b/<str:slug>"
PROGRAM = f"{BRAND}/program"
LETTER = f"{BRAND}/emails/<str:kind>/<str:language>"
QUESTION = f"{PROGRAM}/questions/<str:question_id>"
POINT = f"{PROGRAM}/checklist/<str:point_id>"
ENDPOINT = f"{BRAND}/developers/webhooks/<str:endpoint_id>"

urlpatterns = [
    path("brands/new/", setup.create, name="create"),
    path(f"{BRAND}/brand/", identity.edit, name="identity"),
    path(f"{BRAND}/setup/", setup.show, name="setup"),
    path(f"{BRAND}/setup/rules/", setup.ask_first_rule, name="setup-rules"),
    path(f"{BRAND}/programs/", programs.list_all, name="program-list"),
    path(f"{BRAND}/programs/new/", setup.create_program, name="program-create"),
    path(f"{PROGRAM}/", programs.show_settings, name="program-settings"),
    path(f"{PROGRAM}/settings/<str:section>/", programs.edit, name="program-edit"),
    path(f"{PROGRAM}/status/<str:status>/", programs.change_status, name="program-status"),
    path(f"{PROGRAM}/rules/", rules.show, name="rules"),
    path(f"{PROGRAM}/rules/change/", rules.change, name="rules-change"),
    path(f"{PROGRAM}/rules/new/", rules.edit, name="rule-create"),
    path(f"{PROGRAM}/rules/publish/", rules.publish, name="rules-publish"),
    path(
        f"{PROGRAM}/rules/versions/<int:version>/withdraw/",
        withdrawing.withdraw,
        name="rules-withdraw",
    ),
    path(f"{PROGRAM}/rules/<int:place>/", rules.edit, name="rule-edit"),
    path(f"{PROGRAM}/terms/", terms.show, name="terms"),
    path(f"{PROGRAM}/changes/<str:change_id>/cancel/", notice.cancel, name="change-cancel"),
    path(f"{PROGRAM}/groups/", groups.show, name="groups"),
    path(f"{PROGRAM}/groups/new/", groups.edit, name="group-create"),
    path(f"{PROGRAM}/groups/<str:group_id>/", groups.edit, name="group-edit"),
    path(f"{PROGRAM}/questions/", questions.show, name="questions"),
    path(f"{PROGRAM}/questions/new/", questions.edit, name="question-create"),
    path(f"{QUESTION}/", questions.edit, name="question-edit"),
    path(f"{QUESTION}/move/", questions.move, name="question-move"),
    path(f"{QUESTION}/retire/", questions.retire, name="question-retire"),
    path(f"{PROGRAM}/checklist/new/", vetting.edit, name="vetting-point-create"),
    path(f"{POINT}/", vetting.edit, name="vetting-point-edit"),
    path(f"{POINT}/move/", vetting.move, name="vetting-point-move"),
    path(f"{POINT}/retire/", vetting.retire, name="vetting-point-retire"),
    path(f"{BRAND}/kinds/", kinds.show, name="kinds"),
    path(f"{BRAND}/kinds/new/", kinds.edit, name="kind-create"),
    path(f"{BRAND}/kinds/<str:kind_id>/", kinds.edit, name="kind-edit"),
    path(f"{PROGRAM}/payouts/", payouts.show, name="rails"),
    path(f"{PROGRAM}/payouts/policy/", payouts.edit_policy, name="payout-policy"),
    path(f"{PROGRAM}/payouts/rails/<str:rail>/", payouts.edit_rail, name="rail-edit"),
    path(f"{BRAND}/team/", team.show, name="team"),
    path(f"{BRAND}/team/invite/", team.invite, name="member-invite"),
    path(f"{BRAND}/team/<int:member_id>/again/", team.invite_once_more, name="member-again"),
    path(f"{BRAND}/team/<int:member_id>/", team.edit, name="member-edit"),
    path(f"{BRAND}/team/<int:member_id>/remove/", team.remove, name="member-remove"),
    path(f"{BRAND}/developers/", developers.show, name="developers"),
    path(f"{BRAND}/developers/keys/new/", developers.create, name="key-create"),
    path(f"{BRAND}/developers/keys/<str:key_id>/revoke/", developers.revoke, name="key-revoke"),
    path(f"{BRAND}/emails/", letters.show_list, name="letters"),
    path(f"{BRAND}/emails/sender/", letters.edit_sender, name="letters-sender"),
    path(f"{LETTER}/", letters.edit, name="letter-edit"),
    path(f"{LETTER}/preview/", letters.preview, name="letter-preview"),
    path(f"{LETTER}/test/", letters.send_test, name="letter-test"),
    path(f"{LETTER}/standard/", letters.restore, name="letter-standard"),
    path("mail/reply-to/<str:token>/", letters.confirm_reply_to, name="reply-to"),
    path(f"{BRAND}/developers/webhooks/", endpoints.show_list, name="endpoint-list"),
    path(f"{BRAND}/developers/webhooks/new/", endpoints.create, name="endpoint-create"),
    path(f"{ENDPOINT}/", endpoints.show, name="endpoint-detail"),
    path(f"{ENDPOINT}/edit/", endpoints.edit, name="endpoint-edit"),
    path(f"{ENDPOINT}/secret/", endpoints.rotate, name="endpoint-secret"),
    path(f"{ENDPOINT}/switch/", endpoints.switch, name="endpoint-switch"),
    path(f"{BRAND}/sandbox/", sandbox.show, name="sandbox"),
    path(f"{BRAND}/sandbox/change/", sandbox.change, name="sandbox-change"),
]
