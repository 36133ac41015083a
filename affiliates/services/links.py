"""Links and their slugs. A slug once given is never given again; an old one keeps working."""

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any, TypedDict, Unpack

from django.conf import settings
from django.db import IntegrityError, transaction

from affiliates.domain.codes import is_slug
from affiliates.domain.urls import UTM_KEYS, Refused, check_destination
from affiliates.domain.utm import SUB_ID, find_fault
from affiliates.models import AffiliationStatus, Code, Enrollment, Link, LinkSlug, UtmTemplate
from affiliates.selectors import get_current_slug
from affiliates.services.errors import AffiliationSuspended, ProgramClosed
from affiliates.services.utm import fill_template
from brands.models import ProgramStatus
from core import audit, outbox
from core.ids import random_text
from core.locks import lock_row

SLUG_LENGTH = 10
MAX_SUB_IDS = 5
MAX_SUB_ID = 64


class DestinationRefused(ValueError):
    """The page cannot be linked to; `refused` says why."""

    def __init__(self, refused: Refused) -> None:
        super().__init__(refused.code)
        self.refused = refused


class SlugInvalid(ValueError):
    """A slug is 3 to 40 of `A-Z a-z 0-9 _ -` and does not begin with a dash."""


class SlugTaken(ValueError):
    """The slug was given before; `code` is `slug.in_use` or `slug.retired`, both for ever."""

    def __init__(self, slug: str, code: str) -> None:
        super().__init__(f"{slug}: {code}")
        self.slug = slug
        self.code = code


class TagsInvalid(ValueError):
    """A UTM value or sub-id is unknown, too long, one too many, or an e-mail address.

    Or the template or code is not one for this link.
    """


class LinkTags(TypedDict, total=False):
    """What a creator notes on a link: a name, UTM values by key, sub-ids 1 to 5.

    With `utm_template`, one of the program's, that one fills `utm`. `code`: one of the creator's
    own in the program, good for more than one order, that the link applies.
    """

    name: str
    utm: Mapping[str, str]
    utm_template: UtmTemplate | None
    sub_ids: Sequence[str]
    code: Code | None


@transaction.atomic
def create_link(
    *,
    enrollment_id: int,
    destination_url: str,
    actor_id: int | None,
    now: datetime,
    slug: str | None = None,
    **tags: Unpack[LinkTags],
) -> Link:
    """Make a link to a page of the program; without a slug it gets ten random characters.

    :raises DestinationRefused: the page is not one a link may lead to.
    :raises SlugInvalid: the slug cannot be one.
    :raises SlugTaken: it was given before.
    :raises TagsInvalid: a UTM value or sub-id cannot be one.
    :raises AffiliationSuspended: the creator is suspended.
    :raises ProgramClosed: the program is closed.
    """
    template = _lock_template(tags.get("utm_template"))
    enrollment = lock_enrollment(enrollment_id)
    link = Link.objects.create(
        brand_id=enrollment.brand_id,
        enrollment=enrollment,
        name=tags.get("name", "").strip(),
        destination_url=_check_page(enrollment, destination_url),
        utm=_check_utm(tags.get("utm", {})),
        sub_ids=_check_sub_ids(tags.get("sub_ids", ())),
        code=_check_code(tags.get("code"), enrollment.pk),
        created_at=now,
    )
    text = _give_slug(link, slug, now)
    _use_template(link, template, text)
    _record(link, "link.created", actor_id, now, after={"slug": text, **_facts(link)})
    outbox.emit(
        brand_id=link.brand_id,
        topic="link.created",
        payload={"link": link.public_id, "slug": text, "enrollment": enrollment.public_id},
        now=now,
    )
    return link


@transaction.atomic
def change_slug(*, link_id: int, slug: str, actor_id: int, now: datetime) -> Link:
    """Show another slug; the old one keeps leading here and is never given again.

    An older slug of the same link may be shown again.

    :raises SlugInvalid: the slug cannot be one.
    :raises SlugTaken: it was given to another link, now or ever.
    """
    template = _lock_template(UtmTemplate.objects.filter(links=link_id).first())
    link = _lock(link_id)
    before = get_current_slug(link)
    if before == slug:
        return link
    own = link.slugs.filter(slug__iexact=slug).first()
    link.slugs.filter(is_current=True).update(is_current=False)
    if own is None:
        _give_slug(link, slug, now)
    else:
        own.is_current = True
        own.save(update_fields=["is_current"])
    after = own.slug if own else slug
    if template is not None and template.pk == link.utm_template_id:
        _use_template(link, template, after)
    _record(link, "link.slug_changed", actor_id, now, {"slug": before}, {"slug": after})
    return link


@transaction.atomic
def edit_destination(*, link_id: int, destination_url: str, actor_id: int, now: datetime) -> Link:
    """Point a link at another page of the program.

    :raises DestinationRefused: the page is not one a link may lead to.
    """
    link = _lock(link_id)
    before = link.destination_url
    link.destination_url = _check_page(link.enrollment, destination_url)
    if link.destination_url != before:
        link.save(update_fields=["destination_url"])
        change = {"destination_url": before}, {"destination_url": link.destination_url}
        _record(link, "link.destination_changed", actor_id, now, *change)
    return link


@transaction.atomic
def edit_tags(*, link_id: int, actor_id: int, now: datetime, **tags: Unpack[LinkTags]) -> Link:
    """Change the name, UTM values or sub-ids of a link, for clicks from now on.

    :raises TagsInvalid: a UTM value or sub-id cannot be one.
    """
    template = _lock_template(tags.get("utm_template"))
    link = _lock(link_id)
    before = _facts(link)
    link.name = tags.get("name", link.name).strip()
    if "utm" in tags or template is not None:
        link.utm, link.utm_template = _check_utm(tags.get("utm", {})), None
    link.sub_ids = _check_sub_ids(tags.get("sub_ids", link.sub_ids))
    if "code" in tags and tags["code"] != link.code:
        link.code = _check_code(tags["code"], link.enrollment_id)
    link.save(update_fields=["name", "utm", "utm_template", "sub_ids", "code"])
    _use_template(link, template, get_current_slug(link))
    _record(link, "link.tags_changed", actor_id, now, before, _facts(link))
    return link


@transaction.atomic
def archive_link(*, link_id: int, actor_id: int, now: datetime) -> Link:
    """Put a link away: it still leads to the shop, its clicks no longer count."""
    link = _lock(link_id)
    if link.archived_at is None:
        link.archived_at = now
        link.save(update_fields=["archived_at"])
        _record(link, "link.archived", actor_id, now)
    return link


@transaction.atomic
def restore_link(*, link_id: int, actor_id: int, now: datetime) -> Link:
    """Take an archived link back into use."""
    link = _lock(link_id)
    if link.archived_at is not None:
        link.archived_at = None
        link.save(update_fields=["archived_at"])
        _record(link, "link.restored", actor_id, now)
    return link


def lock_enrollment(enrollment_id: int) -> Enrollment:
    """Return a locked place in which something new may begin.

    :raises AffiliationSuspended: the creator is suspended.
    :raises ProgramClosed: the program is closed.
    """
    lock_row(Enrollment, enrollment_id)
    enrollment = Enrollment.objects.select_related("affiliation__affiliate", "program").get(
        pk=enrollment_id
    )
    if enrollment.affiliation.status == AffiliationStatus.SUSPENDED:
        raise AffiliationSuspended(enrollment.affiliation.public_id)
    if enrollment.program.status == ProgramStatus.CLOSED:
        raise ProgramClosed(enrollment.program.public_id)
    return enrollment


def _lock(link_id: int) -> Link:
    lock_row(Link, link_id)
    related = ("enrollment__program", "enrollment__affiliation", "code")
    return Link.objects.select_related(*related).get(pk=link_id)


def _lock_template(template: UtmTemplate | None) -> UtmTemplate | None:
    """Take a template before the link that uses it, as its own change does."""
    return None if template is None else lock_row(UtmTemplate, template.pk)


def _use_template(link: Link, template: UtmTemplate | None, slug: str) -> None:
    if template is None:
        return
    if template.program_id != link.enrollment.program_id:
        raise TagsInvalid("utm_template")
    link.utm, link.utm_template = fill_template(template, link.enrollment, slug), template
    link.save(update_fields=["utm", "utm_template"])


def _give_slug(link: Link, wanted: str | None, now: datetime) -> str:
    slug = random_text(SLUG_LENGTH) if wanted is None else wanted
    if not is_slug(slug):
        raise SlugInvalid(slug[:60])
    row = LinkSlug(slug=slug, brand_id=link.brand_id, link=link, created_at=now)
    try:
        with transaction.atomic():
            row.save(force_insert=True)
    except IntegrityError as error:
        if "affiliates_slug_given_once" not in str(error):
            raise
        raise SlugTaken(slug, _why_taken(slug)) from None
    return slug


def _why_taken(slug: str) -> str:
    is_shown = LinkSlug.objects.filter(
        slug__iexact=slug, is_current=True, link__archived_at__isnull=True
    ).exists()
    return "slug.in_use" if is_shown else "slug.retired"


def _check_page(enrollment: Enrollment, url: str) -> str:
    page = check_destination(url.strip(), enrollment.program.domains, allow_local=settings.LOCAL)
    if isinstance(page, Refused):
        raise DestinationRefused(page)
    return page


def _check_utm(utm: Mapping[str, str]) -> dict[str, str]:
    plain = {key.removeprefix("utm_"): value.strip() for key, value in utm.items()}
    kept = {key: value for key, value in plain.items() if value}
    faults = [find_fault(value, allowed=[SUB_ID]) for value in kept.values()]
    if not set(kept) <= set(UTM_KEYS) or any(faults):
        raise TagsInvalid("utm")
    return kept


def _check_sub_ids(sub_ids: Sequence[str]) -> list[str]:
    plain = [sub_id.strip() for sub_id in sub_ids]
    wrong = [len(sub_id) > MAX_SUB_ID or "@" in sub_id for sub_id in plain]
    if len(plain) > MAX_SUB_IDS or any(wrong):
        raise TagsInvalid("sub_ids")
    return plain


def _check_code(code: Code | None, enrollment_id: int) -> Code | None:
    """Return a code that a link may apply: of the same place, in use, for any number of orders."""
    if code is None:
        return None
    code.refresh_from_db()
    if code.enrollment_id != enrollment_id or code.is_single_use or code.disabled_at is not None:
        raise TagsInvalid("code")
    return code


def _facts(link: Link) -> dict[str, Any]:
    return {
        "name": link.name,
        "destination_url": link.destination_url,
        "utm": link.utm,
        "sub_ids": link.sub_ids,
        **({"code": link.code.text} if link.code else {}),
    }


def _record(
    link: Link,
    action: str,
    actor_id: int | None,
    now: datetime,
    before: dict[str, Any] | None = None,
    after: dict[str, Any] | None = None,
) -> None:
    audit.record(
        brand_id=link.brand_id,
        actor_id=actor_id,
        action=action,
        target=link,
        now=now,
        before=before,
        after=after,
    )
