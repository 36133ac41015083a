"""New versions of a program's terms, made from what runs."""

from datetime import datetime

from brands.domain.terms import generate_terms
from brands.models import Program, Terms
from brands.selectors import (
    find_latest_rules,
    find_latest_terms,
    get_terms_facts,
    list_rules_of,
)
from core import outbox


def refresh_terms(*, program: Program, now: datetime) -> Terms | None:
    """Publish a new version for a locked program if its terms would read otherwise.

    Returns the version in force; None while the program has no rules.
    """
    latest, rule_set = find_latest_terms(program), find_latest_rules(program)
    if rule_set is None:
        return None
    facts = get_terms_facts(program, rule_set.effective_from)
    generated = [clause.to_json() for clause in generate_terms(facts, list_rules_of(rule_set))]
    if latest and latest.generated == generated and latest.own_text == program.own_terms:
        return latest
    terms = Terms.objects.create(
        brand_id=program.brand_id,
        program=program,
        version=latest.version + 1 if latest else 1,
        generated=generated,
        own_text=program.own_terms,
        rule_set=rule_set,
        published_at=now,
    )
    outbox.emit(
        brand_id=program.brand_id,
        topic="terms.updated",
        payload={"program": program.public_id, "version": terms.version},
        now=now,
    )
    return terms
