"""Reads of creators: applications, places, links and codes."""

from collections.abc import Collection, Iterable
from datetime import datetime
from uuid import UUID

from django.conf import settings
from django.db.models import CharField, Count, Exists, Func, OuterRef, Q, QuerySet, Subquery

from affiliates.models import (
    Affiliate,
    Affiliation,
    AffiliationStatus,
    Application,
    ApplicationStatus,
    Code,
    CodeBatch,
    Enrollment,
    Link,
    LinkSlug,
    Note,
    UtmTemplate,
)
from brands.domain.codelinks import can_apply
from brands.models import Group, Program, Terms
from brands.selectors import find_latest_terms
from brands.selectors_terms import find_terms_in_force, is_consent_needed
from core.models import Brand
from core.money import Money
from ledger.models import AccountKind
from ledger.selectors import list_party_balances


def short_url(slug: str, host: str = "") -> str:
    """Return the address a creator shares; `host`: the brand's own link domain, if it has one."""
    return f"https://{host}/r/{slug}" if host else f"{settings.SITE_URL}/r/{slug}"


def join_url(program: Program) -> str:
    """Return the address where a creator joins a program: what a brand sends to creators."""
    return f"{settings.SITE_URL}/p/{program.brand.slug}/{program.slug}/join/"


def get_current_slug(link: Link) -> str:
    """Return the slug that is shown for a link; older ones keep working."""
    return LinkSlug.objects.values_list("slug", flat=True).get(link=link, is_current=True)


def find_link_by_slug(slug: str) -> Link | None:
    """Return the link a slug was ever given to, whatever its case."""
    if "\0" in slug:
        return None
    return (
        Link.objects.filter(slugs__slug__iexact=slug)
        .select_related("brand", "enrollment__program", "enrollment__affiliation")
        .first()
    )


def with_current_slug(links: QuerySet[Link]) -> QuerySet[Link]:
    """Add `current_slug` to each link."""
    slugs = LinkSlug.objects.filter(link=OuterRef("pk"), is_current=True).values("slug")
    return links.annotate(current_slug=Subquery(slugs))


def list_links(affiliations: Collection[Affiliation]) -> QuerySet[Link]:
    """Return the links of a creator's places, newest first, archived too, with `current_slug`."""
    rows = Link.objects.filter(enrollment__affiliation__in=affiliations)
    related = ("brand", "enrollment__program", "enrollment__affiliation", "code")
    return with_current_slug(rows.select_related(*related)).order_by("-pk")


def list_utm_templates(programs: Collection[Program]) -> QuerySet[UtmTemplate]:
    """Return the UTM templates of programs, the default one of each first."""
    rows = UtmTemplate.objects.filter(program__in=programs).select_related("program")
    return rows.order_by("program__name", "-is_default", "name")


def find_default_utm(program: Program) -> UtmTemplate | None:
    """Return the template new links of a program begin with, if it has one."""
    return UtmTemplate.objects.filter(program=program, is_default=True).first()


def list_codes(affiliations: Collection[Affiliation]) -> QuerySet[Code]:
    """Return the codes of a creator's places, newest first, disabled ones too; none of a batch."""
    rows = Code.objects.filter(enrollment__affiliation__in=affiliations, batch=None)
    return rows.select_related("brand", "enrollment__program").order_by("-pk")


def list_appliable(places: Iterable[Enrollment], *, kept: Code | None = None) -> list[Code]:
    """Return the codes that links of these places may apply, where a shop is known to take one.

    `kept`: one that a link has already, though it may have ended since.
    """
    able = [one for one in places if can_apply(one.program.code_url, one.program.domains)]
    own = Q(enrollment__in=able, batch=None, disabled_at=None)
    rows = Code.objects.filter(own | Q(pk=kept.pk) if kept else own)
    return list(rows.select_related("enrollment__program").order_by("pk"))


def list_code_batches(affiliations: Collection[Affiliation]) -> QuerySet[CodeBatch]:
    """Return the codes for one order each of a creator's places by batch, newest first."""
    rows = CodeBatch.objects.filter(enrollment__affiliation__in=affiliations)
    return rows.select_related("brand", "enrollment__program").order_by("-pk")


def list_creators(brand: Brand) -> QuerySet[Affiliation]:
    """Return the creators of a brand, newest first."""
    rows = Affiliation.objects.filter(brand=brand).select_related("affiliate__user")
    return rows.prefetch_related("enrollments__group", "enrollments__program").order_by(
        "-created_at", "-pk"
    )


def search_creators(
    creators: QuerySet[Affiliation], *, text: str, state: str, program_id: str, tag: str
) -> QuerySet[Affiliation]:
    """Narrow by name, address, code or link, by state, a program's public id and a tag."""
    wanted = text.strip().replace("\0", "")[:80]
    if wanted:
        by_code = Enrollment.objects.filter(
            Q(codes__text__icontains=wanted) | Q(links__slugs__slug__iexact=wanted),
            affiliation=OuterRef("pk"),
        )
        creators = creators.filter(
            Q(affiliate__display_name__icontains=wanted)
            | Q(affiliate__user__email__icontains=wanted)
            | Q(public_id=wanted)
            | Exists(by_code)
        )
    if state in AffiliationStatus.values:
        creators = creators.filter(status=state)
    if program_id:
        place = Enrollment.objects.filter(
            affiliation=OuterRef("pk"), program__public_id=program_id[:40]
        )
        creators = creators.filter(Exists(place))
    if tag:
        creators = creators.filter(tags__contains=[tag.replace("\0", "")[:40]])
    return creators


def list_tags(brand: Brand) -> list[str]:
    """Return the words the brand has put on its creators, by name."""
    rows = Affiliation.objects.filter(brand=brand).exclude(tags=[])
    tags = rows.annotate(tag=Func("tags", function="unnest", output_field=CharField()))
    return sorted(set(tags.values_list("tag", flat=True)))


def list_notes(brand: Brand, affiliates: Collection[int]) -> dict[int, list[Note]]:
    """Return what the team noted about these people, by person, newest first."""
    found: dict[int, list[Note]] = {}
    rows = Note.objects.filter(brand=brand, affiliate__in=affiliates).select_related("written_by")
    for note in rows.order_by("-pk"):
        found.setdefault(note.affiliate_id, []).append(note)
    return found


def list_groups_by_program(program_ids: Collection[int]) -> dict[int, list[Group]]:
    """Return the groups of programs by program, the default one first."""
    found: dict[int, list[Group]] = {}
    rows = Group.objects.filter(program_id__in=program_ids).order_by("-is_default", "name", "pk")
    for group in rows:
        found.setdefault(group.program_id, []).append(group)
    return found


def count_creators(programs: Iterable[Program]) -> dict[int, int]:
    """Return how many creators are in each program; deleted accounts no longer count."""
    rows = Enrollment.objects.filter(
        program__in=programs, affiliation__affiliate__erased_at__isnull=True
    )
    return dict(rows.order_by().values_list("program").annotate(count=Count("pk")))


def is_full(program: Program) -> bool:
    """Tell whether a program has as many creators as its brand wants."""
    limit = program.max_creators
    return limit is not None and count_creators([program]).get(program.pk, 0) >= limit


def list_frozen(creators: Collection[Affiliation]) -> list[tuple[Money, Money]]:
    """Return what is pending and what is released of a brand's creators, a pair per currency."""
    if not creators:
        return []
    brand_id = next(iter(creators)).brand_id
    balances = list_party_balances(brand_id=brand_id, party_ids=[one.pk for one in creators])
    sums: dict[str, list[int]] = {}
    for (_party, currency), kinds in balances.items():
        both = sums.setdefault(currency, [0, 0])
        both[0] += kinds.get(AccountKind.PENDING, 0)
        both[1] += kinds.get(AccountKind.PAYABLE, 0) + kinds.get(AccountKind.ON_HOLD, 0)
    return [(Money(a, currency), Money(b, currency)) for currency, (a, b) in sorted(sums.items())]


def list_applications(brand: Brand) -> QuerySet[Application]:
    """Return the applications to a brand, the oldest waiting first."""
    rows = Application.objects.filter(brand=brand)
    return rows.select_related("affiliate__user", "program", "terms").order_by("submitted_at", "pk")


def list_waiting_applications(brand: Brand) -> QuerySet[Application]:
    """Return the applications somebody has to decide, oldest first."""
    return list_applications(brand).filter(status=ApplicationStatus.SUBMITTED)


def list_brand_links(brand: Brand) -> QuerySet[Link]:
    """Return the links of a brand's creators, newest first, each with `current_slug`."""
    rows = Link.objects.filter(brand=brand)
    related = ("brand", "enrollment__program", "enrollment__affiliation__affiliate", "code")
    return with_current_slug(rows.select_related(*related)).order_by("-pk")


def list_brand_codes(brand: Brand) -> QuerySet[Code]:
    """Return the codes of a brand's creators, newest first."""
    rows = Code.objects.filter(brand=brand)
    related = rows.select_related("enrollment__program", "enrollment__affiliation__affiliate")
    return related.order_by("-pk")


def list_brand_enrollments(brand: Brand) -> QuerySet[Enrollment]:
    """Return the places of a brand's creators in its programs, newest first."""
    rows = Enrollment.objects.filter(brand=brand)
    related = rows.select_related("affiliation__affiliate__user", "program", "group", "terms")
    return related.order_by("-pk")


def list_enrollments_of(affiliation: Affiliation) -> QuerySet[Enrollment]:
    """Return a creator's places in the programs of one brand."""
    rows = Enrollment.objects.filter(affiliation=affiliation)
    return rows.select_related("program", "group", "terms").order_by("pk")


def find_enrollment(affiliate: Affiliate, program: Program) -> Enrollment | None:
    """Return a creator's place in a program, if he has one."""
    return (
        Enrollment.objects.filter(affiliation__affiliate=affiliate, program=program)
        .select_related("affiliation", "group", "terms")
        .first()
    )


def list_terms_to_accept(affiliate: Affiliate) -> list[tuple[Enrollment, Terms]]:
    """Return the places whose newest terms the creator has not accepted, with those terms."""
    newest = Terms.objects.filter(program=OuterRef("program")).order_by("-version").values("pk")[:1]
    rows = (
        Enrollment.objects.filter(affiliation__affiliate=affiliate, brand__archived_at__isnull=True)
        .annotate(newest_terms_id=Subquery(newest))
        .filter(~Q(newest_terms_id=None))
        .select_related("program__brand", "terms")
    )
    waiting = {row: row.newest_terms_id for row in rows if row.newest_terms_id != row.terms_id}
    terms = Terms.objects.in_bulk(waiting.values())
    return [(row, terms[pk]) for row, pk in waiting.items()]


def find_terms_due(affiliations: Iterable[Affiliation], *, now: datetime) -> dict[UUID, int]:
    """Return for each place in a brand the version that must be accepted before it is paid.

    That is the newest of a program whose terms in force are worse than those he accepted.
    """
    rows = Enrollment.objects.filter(affiliation__in=list(affiliations)).select_related(
        "terms__rule_set", "program"
    )
    versions: dict[int, tuple[Terms | None, Terms | None]] = {}
    verdicts: dict[tuple[int, int], bool] = {}
    due: dict[UUID, int] = {}
    for row in rows.order_by("-pk"):
        if row.program_id not in versions:
            versions[row.program_id] = (
                find_terms_in_force(row.program, now),
                find_latest_terms(row.program),
            )
        in_force, newest = versions[row.program_id]
        if in_force is None or newest is None or in_force.version <= row.terms.version:
            continue
        pair = (row.terms_id, in_force.pk)
        if pair not in verdicts:
            verdicts[pair] = is_consent_needed(accepted=row.terms, now_in_force=in_force)
        if verdicts[pair]:
            due[row.affiliation_id] = newest.version
    return due
