"""What kinds of rails there are: by whose hand a payout leaves, and who says what became of it."""

FILE_RAILS = ("csv", "sepa")
"""A person has a file carried out; the payout waits as submitted until he confirms it."""

CALLED_RAILS = ("stripe",)
"""A worker calls the payment service, which answers for itself."""

DETAIL_RAILS = FILE_RAILS
"""The destination is details such as an IBAN, kept encrypted; a plan has their fingerprint."""

ACCOUNT_RAILS = frozenset({"stripe"})
"""The destination is the rail's own name of an account."""
