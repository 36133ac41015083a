"""New versions of a program's terms, made from what runs and from what is announced."""

from datetime import datetime

from brands.models import Program, Terms
from brands.selectors import find_latest_rules, find_latest_terms, list_rules_of
from brands.selectors_ladders import find_latest_ladder
from brands.selectors_terms import describe_side, list_open_changes, preview_terms
from core import outbox
from core.jobs import enqueue


def refresh_terms(*, program: Program, now: datetime) -> Terms | None:
    """Publish a new version for a locked program if its terms would read otherwise.

    It says everything that is announced, and applies from the latest day of that. Returns the
    newest version; None while the program has no rules.
    """
    latest, rule_set = find_latest_terms(program), find_latest_rules(program)
    if rule_set is None:
        return None
    changes, rules = list(list_open_changes(program)), list_rules_of(rule_set)
    clauses = preview_terms(program, rules, rule_set.effective_from, changes)
    generated = [clause.to_json() for clause in clauses]
    own_text = describe_side(program, rules, changes).own_text
    is_standing = latest is not None and latest.rule_set.withdrawn_at is None
    if latest and is_standing and (latest.generated, latest.own_text) == (generated, own_text):
        return latest
    ladder = find_latest_ladder(program)
    starts = [one.effective_from for one in (rule_set, ladder) if one is not None]
    terms = Terms.objects.create(
        brand_id=program.brand_id,
        program=program,
        version=latest.version + 1 if latest else 1,
        generated=generated,
        own_text=own_text,
        rule_set=rule_set,
        published_at=now,
        effective_from=max(now, *starts, *(one.applies_at for one in changes)),
        announced_at=None if latest else now,
    )
    outbox.emit(
        brand_id=program.brand_id,
        topic="terms.updated",
        payload={"program": program.public_id, "version": terms.version},
        now=now,
    )
    enqueue("affiliates.announce_terms")
    return terms
