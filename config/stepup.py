"""Pages and files that ask again who it is.

What the pages change lets somebody in, or moves where money goes. The files carry away addresses,
accounts or payments of many people; one of several at an address is called by the word in it.
"""

FILES = {
    "payouts:run-file",
    "portal:list-export applications",
    "portal:list-export audit",
    "portal:list-export creators",
    "portal:list-export invoices",
    "portal:list-export payouts",
}
PAGES = {
    "account_change_password",
    "account_email",
    "account_set_password",
    "brands:connection-create",
    "brands:connection-detail",
    "brands:connection-switch",
    "brands:key-create",
    "brands:key-revoke",
    "brands:endpoint-create",
    "brands:endpoint-edit",
    "brands:endpoint-secret",
    "brands:endpoint-switch",
    "brands:member-edit",
    "brands:member-invite",
    "brands:member-remove",
    "brands:payout-policy",
    "brands:rail-edit",
    "mfa_activate_totp",
    "mfa_add_webauthn",
    "mfa_deactivate_totp",
    "mfa_edit_webauthn",
    "mfa_generate_recovery_codes",
    "mfa_remove_webauthn",
    "payouts:method-edit",
    "payouts:brand-tax-profile",
    "payouts:method-stripe",
    "payouts:tax-document",
    "payouts:payout-settle",
    "payouts:tax-edit",
    "portal:privacy",
    "portal:privacy-copy",
    "portal:privacy-delete",
}
