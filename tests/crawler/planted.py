"""Six leaks, each of a kind that real products had: a crawl that misses one is no proof."""

from django.contrib.auth.decorators import login_required
from django.http import HttpRequest, HttpResponse, JsonResponse
from django.urls import include, path

from affiliates.models import Affiliation, Code, Link
from brands.access import get_brand_for
from brands.models import Program
from core.edges import door


@door
def without_filter(request: HttpRequest, slug: str, link_id: str) -> HttpResponse:
    """READ: the row is taken by its id alone."""
    get_brand_for(request.user, slug)
    return HttpResponse(Link.objects.filter(public_id=link_id).values_list("name", flat=True))


@door
def by_query(request: HttpRequest, slug: str) -> HttpResponse:
    """READ: an export takes the id of any program from its query."""
    get_brand_for(request.user, slug)
    rows = Code.objects.filter(enrollment__program__public_id=request.GET.get("program", ""))
    return HttpResponse("\n".join(rows.values_list("public_id", flat=True)))


@door
def foreign_child(request: HttpRequest, slug: str, creator_id: str) -> HttpResponse:
    """STATUS: the parent is checked, the child is not."""
    get_brand_for(request.user, slug)
    row = Affiliation.objects.filter(public_id=creator_id).first()
    return HttpResponse("here" if row else "nothing", status=200 if row else 404)


@login_required
def search(request: HttpRequest) -> HttpResponse:
    """READ: a list without its brand."""
    found = Link.objects.filter(name__contains=request.GET.get("q", ""))
    return JsonResponse({"hits": list(found.values_list("name", flat=True))})


@door
def write_then_refuse(request: HttpRequest, slug: str, code_id: str) -> HttpResponse:
    """WRITE: answers 404 after the row was changed."""
    get_brand_for(request.user, slug)
    if request.method == "POST":
        Code.objects.filter(public_id=code_id).update(discount_note="changed")
    row = Code.objects.filter(public_id=code_id, brand__slug=slug).first()
    return HttpResponse("yours" if row else "nothing", status=200 if row else 404)


@door
def any_field(request: HttpRequest, slug: str) -> HttpResponse:
    """WRITE: whatever is posted becomes a column, the brand too."""
    access = get_brand_for(request.user, slug)
    program = Program.objects.filter(brand=access.brand)[0]
    given = request.POST.get("brand_id")
    if request.method == "POST" and given:
        Program.objects.filter(brand_id=given).update(about="taken")
    return HttpResponse(program.slug)


urlpatterns = [
    path("", include("config.urls")),
    path("b/<str:slug>/planted/links/<str:link_id>/", without_filter, name="without-filter"),
    path("b/<str:slug>/planted/export/", by_query, name="by-query"),
    path("b/<str:slug>/planted/creators/<str:creator_id>/", foreign_child, name="foreign-child"),
    path("me/planted/search/", search, name="search"),
    path("b/<str:slug>/planted/codes/<str:code_id>/", write_then_refuse, name="write-then-refuse"),
    path("b/<str:slug>/planted/form/", any_field, name="any-field"),
]
