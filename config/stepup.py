"""Pages that ask again who it is.

What they change lets somebody in, or moves where money goes.
"""

PAGES = {
    "account_change_password",
    "account_email",
    "account_set_password",
    "brands:connection-create",
    "brands:connection-detail",
    "brands:connection-switch",
    "brands:member-edit",
    "brands:member-invite",
    "brands:member-remove",
    "brands:rail-edit",
    "mfa_activate_totp",
    "mfa_add_webauthn",
    "mfa_deactivate_totp",
    "mfa_edit_webauthn",
    "mfa_generate_recovery_codes",
    "mfa_remove_webauthn",
    "payouts:method-edit",
    "payouts:method-stripe",
    "portal:privacy",
    "portal:privacy-copy",
    "portal:privacy-delete",
}
