"""Two brands side by side, everybody in them, and marks on all that the second one keeps to itself.

"Ours" is where the people come from who try; "theirs" is what they must not reach. Each text that
somebody of theirs may write holds a mark that names its row, so that a leak says where it is from.
"""

import re
from dataclasses import dataclass, field
from datetime import timedelta
from typing import Any

from django.apps import apps
from django.db import connection, models, transaction

from brands.models import Role
from core.fields import EncryptedTextField
from core.models import Brand, User
from tests.addresses import Asker, KeyAsker
from tests.everything import Everything, make_everything
from tests.makers import NOW, make_cleared_pair, make_member, make_user

MARK = re.compile(r"zq-(\w+)-([0-9a-f-]+)-qz")
_ID = re.compile(r"\b[a-z]{2,6}_[0-9a-z]{20}\b")

# Text that people write, by the name of its field: it is marked.
WRITTEN = {
    "about",
    "absence_reason",
    "address",
    "answer",
    "brief",
    "campaign",
    "cancel_reason",
    "close_reason",
    "content",
    "coupon",
    "description",
    "detail",
    "disclosure",
    "discount_note",
    "display_name",
    "legal_name",
    "medium",
    "message",
    "name",
    "note",
    "own_terms",
    "own_text",
    "product_ref",
    "publishes_at",
    "query",
    "reason",
    "reject_note",
    "reject_reason",
    "sku",
    "source",
    "subject",
    "suspended_reason",
    "term",
    "test_reason",
    "text",
    "title",
    "url",
    "words",
}
# Anyone may read these: the offer of a program, and whose it is.
PUBLIC = {
    "core.brand.name",
    "brands.program.name",
    "brands.program.about",
    "brands.program.own_terms",
    "brands.program.disclosure",
    "brands.question.help_text",
    "brands.question.words",
    "brands.terms.own_text",
    "brands.rule.name",
    "brands.linkhost.host",
    "brands.linkhost.cookie_domain",
}
# Fields of these names hold something else wherever the model says so.
NOT_WRITTEN = {
    "core.jobrun.name",
    "tracking.linkcheck.host",
    "tracking.linkcheck.landed_on",
    "tracking.cataloguefetch.cursor",  # a place in a list of the shop
    "affiliates.code.text",
    "payouts.exportfile.name",
    "payouts.statement.content",  # made of the ledger, and read again
}
# Ids that stand in public pages or in addresses that anyone may call.
PUBLIC_IDS = {
    "core.brand",
    "brands.program",
    "brands.question",
    "brands.storeconnection",
    "core.image",
}


@dataclass(frozen=True)
class Person:
    """Somebody who tries: where he belongs decides what he may never read."""

    name: str
    asker: Asker
    world: Everything
    may_read: frozenset[str] = frozenset()
    is_insider: bool = False


@dataclass
class Town:
    """The two brands, who tries, and what belongs to theirs."""

    ours: Everything
    theirs: Everything
    people: dict[str, Person]
    owners: dict[str, Asker]
    secrets: frozenset[str]
    ids: frozenset[str]
    others: dict[str, Any] = field(default_factory=dict)


def make_town() -> Town:
    """Make both brands and everybody who tries to cross from one to the other."""
    ours, theirs = make_everything("Anna"), make_everything("Cem")
    for world in (ours, theirs):
        _give_password(world.owner)
        make_cleared_pair(world.program)
        fill_tables(world.brand)
    mark_rows(theirs.brand)
    people = {
        "owner": Person("owner", Asker(ours.owner), ours),
        "manager": _member(ours, Role.MANAGER),
        "finance": _member(ours, Role.FINANCE),
        "analyst": Person("analyst", Asker(ours.analyst), ours),
        "creator": Person("creator", Asker(ours.creator), ours),
        "stranger": Person("stranger", Asker(make_user()), ours),
        "nobody": Person("nobody", Asker(), ours),
        "key": Person("key", KeyAsker(ours.ids["key_text"]), ours),
    }
    return Town(
        ours=ours,
        theirs=theirs,
        people=people,
        owners={
            "brand": Asker(theirs.owner),
            "creator": Asker(theirs.creator),
            "operator": Asker(theirs.operator),
            "key": KeyAsker(theirs.ids["key_text"]),
        },
        secrets=frozenset(_list_secrets(theirs.brand)),
        ids=frozenset(_list_ids(theirs.brand)),
    )


def fill_tables(brand: Brand) -> None:
    """Give a brand a row of each kind it has none of yet: what only machines or time bring."""
    for model in list_tenant_models():
        if "brand_id" in columns(model) and not _rows(model, brand).exists():
            facts = {one.attname: _make_up(one, brand) for one in model._meta.concrete_fields}
            with transaction.atomic(), connection.cursor() as cursor:
                cursor.execute("SET LOCAL session_replication_role = replica")
                model._default_manager.bulk_create([model(**{**facts, "id": None})])
                cursor.execute("SET LOCAL session_replication_role = DEFAULT")


def mark_rows(brand: Brand) -> None:
    """Write a mark into every text of a brand's rows that a person may have written."""
    with connection.cursor() as cursor:
        cursor.execute("SET session_replication_role = replica")  # history is append-only
        for model, name in list_written():
            table, column = model._meta.db_table, model._meta.get_field(name).column
            key = model._meta.pk.column
            cursor.execute(
                f'UPDATE "{table}" SET "{column}" = left(%s || "{key}"::text || %s, %s)'
                f" WHERE {_owned(model)}",
                [f"zq-{table}-", "-qz", _length(model, name), *_owner_values(model, brand)],
            )
        cursor.execute("SET session_replication_role = DEFAULT")


def list_written() -> list[tuple[type[models.Model], str]]:
    """Return each field of a tenant's rows that people write and strangers may not read."""
    return [
        (model, one.name)
        for model in list_tenant_models()
        for one in model._meta.fields
        if type(one) in {models.CharField, models.TextField} and not one.choices
        if one.name in WRITTEN and label(model, one.name) not in PUBLIC | NOT_WRITTEN
    ]


def list_tenant_models() -> list[type[models.Model]]:
    """Return every model whose rows belong to one brand, or to one person."""
    return [
        model
        for model in apps.get_models()
        if model._meta.managed and ({"brand_id", "user_id"} & columns(model) or model is User)
    ]


def columns(model: type[models.Model]) -> set[str]:
    return {one.column for one in model._meta.fields}


def label(model: type[models.Model], name: str = "") -> str:
    full = f"{model._meta.app_label}.{model._meta.model_name}"
    return f"{full}.{name}" if name else full


def people_of(brand: Brand) -> list[int]:
    """Return the people of a brand: its team, and its creators."""
    return list(
        User.objects.filter(
            models.Q(memberships__brand=brand) | models.Q(affiliate__affiliations__brand=brand)
        )
        .values_list("pk", flat=True)
        .distinct()
    )


def find_leaks(town: Town, person: Person, text: str) -> list[str]:
    """Return what of theirs stands in a text that this person must not read."""
    found = {f"{table} {key}" for table, key in MARK.findall(text)}
    found |= {one for one in _ID.findall(text) if one in town.ids}
    found |= {one for one in town.secrets if one in text}
    return sorted(found - person.may_read)


def _point_at(one: "models.ForeignKey[Any, Any]", brand: Brand) -> Any:
    related = one.remote_field.model
    if related is User:
        return people_of(brand)["agreed" in one.name]  # who agrees is not who said it
    rows = _rows(related, brand) if "brand_id" in columns(related) else related.objects.all()
    rows = rows.order_by("-pk" if one.name.startswith("to_") else "pk")  # no step on the spot
    return rows.values_list("pk", flat=True).first()


def _make_up(one: "models.Field[Any, Any]", brand: Brand) -> Any:
    """Return a value that fits one field, of the brand's own rows where it points to some."""
    if one.column == "brand_id":
        return brand.pk
    if isinstance(one, models.ForeignKey):
        return _point_at(one, brand)
    if one.has_default() or one.null:
        return one.get_default()
    if one.choices:
        return "" if one.blank else next(value for value, _label in one.flatchoices)
    if one.name.endswith(("_id", "_key")):  # of a row of another table, held as a number
        return brand.pk
    return _make_up_plain(one)


def _make_up_plain(one: "models.Field[Any, Any]") -> Any:
    if isinstance(one, models.DateTimeField):
        return NOW + timedelta(hours=one.name.startswith(("end", "closed")))
    if isinstance(one, models.DateField):
        return NOW.date()
    if one.name == "country":
        return "FR"
    return 1 if isinstance(one, models.IntegerField) else "zq"


def _member(world: Everything, role: str) -> Person:
    user = make_member(world.brand, role).user
    return Person(str(role), Asker(user), world)


def _give_password(user: User) -> None:
    user.password = "argon2$"  # so that pages about it open
    user.save(update_fields=["password"])


def _owned(model: type[models.Model]) -> str:
    if "brand_id" in columns(model):
        return "brand_id = %s"
    return ("id" if model is User else "user_id") + " = ANY(%s)"


def _owner_values(model: type[models.Model], brand: Brand) -> list[Any]:
    return [brand.pk] if "brand_id" in columns(model) else [people_of(brand)]


def _length(model: type[models.Model], name: str) -> int:
    return getattr(model._meta.get_field(name), "max_length", None) or 300


def _list_ids(brand: Brand) -> set[str]:
    """Return the public ids of a brand's rows that are nobody else's business."""
    found: set[str] = set()
    for model in list_tenant_models():
        if "public_id" in columns(model) and label(model) not in PUBLIC_IDS:
            rows = _rows(model, brand)
            found.update(rows.values_list("public_id", flat=True))
    return found


def _list_secrets(brand: Brand) -> set[str]:
    """Return addresses of people and whatever is kept encrypted."""
    people = User.objects.filter(pk__in=people_of(brand))
    found = set(people.values_list("email", flat=True))
    for model in list_tenant_models():
        for one in model._meta.fields:
            if isinstance(one, EncryptedTextField):
                found.update(filter(None, _rows(model, brand).values_list(one.name, flat=True)))
    return {text for text in found if len(text) > 8}


def _rows(model: type[models.Model], brand: Brand) -> models.QuerySet[Any]:
    if "brand_id" in columns(model):
        return model._default_manager.filter(brand_id=brand.pk)
    name = "pk__in" if model is User else "user_id__in"
    return model._default_manager.filter(**{name: people_of(brand)})
