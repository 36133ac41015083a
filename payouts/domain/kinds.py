"""What kinds of rails there are: by whose hand a payout leaves, and who says what became of it."""

FILE_RAILS = ("csv", "sepa", "wise", "paypal_csv")
"""A person has a file carried out; the payout waits as submitted until he confirms it."""

MANUAL = "manual"
"""A person pays outside; the payout waits as approved until he says that he did."""

HAND_RAILS = (*FILE_RAILS, MANUAL)
"""A person, with a reference, says what became of a payout."""

CALLED_RAILS = ("stripe", "paypal")
"""A worker calls the payment service, which answers for itself."""

DETAIL_RAILS = (*HAND_RAILS, "paypal")
"""The destination is details such as an IBAN, kept encrypted; a plan has their fingerprint."""

ACCOUNT_RAILS = frozenset({"stripe"})
"""The destination is the rail's own name of an account."""
