"""Who and what the demo shows. Every name is invented and says so; every domain is .example."""

from dataclasses import dataclass

from brands.models import PartnerType, Role

PASSWORD = "demo-only-not-secret"  # noqa: S105  # printed with the log-ins
BRAND = "Saffron & Pine (demo)"
PAPER_BRAND = "Kumo Paper (demo)"
SHOP_DOMAIN = "saffron-pine.example"
PAPER_DOMAIN = "kumo-paper.example"
CODE_BPS = 1000  # what a creator's code takes off


@dataclass(frozen=True, slots=True)
class TeamMember:
    """Somebody who works for the brand and can log in."""

    key: str
    name: str
    role: Role


@dataclass(frozen=True, slots=True)
class Creator:
    """A creator: his group, how many days ago he applied, and how much comes through him.

    `orders` and `clicks` are weights beside those of the others; `pages` are the pages of the
    shop he links to; without `account` nobody can pay him.
    """

    key: str
    name: str
    group: str
    joined: int
    orders: int = 0
    clicks: int = 1
    code: str = ""
    pages: tuple[str, ...] = ()
    account: str = ""
    country: str = "DE"
    message: str = ""
    answers: tuple[str, ...] = ()

    @property
    def site(self) -> str:
        return f"https://{self.key}.example"


@dataclass(frozen=True, slots=True)
class Product:
    """A thing for sale; price without tax in minor units, tax in basis points."""

    key: str
    title: str
    price: int
    tax_bps: int = 1900
    collection: str = "Kitchen"
    weight: int = 3
    is_gift_card: bool = False


TEAM = (
    TeamMember("brand", "Olga (demo)", Role.OWNER),
    TeamMember("manager", "Mara (demo)", Role.MANAGER),
    TeamMember("finance", "Finn (demo)", Role.FINANCE),
    TeamMember("analyst", "Nils (demo)", Role.ANALYST),
)
WITH_LOGIN = "anna"
OPERATOR = "operator"

GROUPS = {
    "Influencers": (PartnerType.INFLUENCER, None),
    "Blogs and magazines": (PartnerType.CONTENT, None),
    "Newsletters": (PartnerType.EMAIL, None),
    "Coupon sites": (PartnerType.COUPON, 45),
    "Cashback": (PartnerType.CASHBACK, 45),
    "Old friends": (PartnerType.REFERRAL, None),
}
STANDARD = ""

CREATORS = (
    Creator("anna", "Anna (demo)", "Influencers", 124, 10, 9, "ANNA10", ("beans", "grinder"), "01"),
    Creator("ben", "Ben (demo)", "Newsletters", 124, 8, 7, "BEN10", ("kettle",), "02"),
    Creator("clara", "Clara (demo)", "Blogs and magazines", 123, 5, 4, "CLARA10", ("cups",), "03"),
    Creator("gusto-notes", "Gusto Notes (demo)", "Blogs and magazines", 123, 4, 4, "", (), "04"),
    Creator(
        "coupon-corner", "Coupon Corner (demo)", "Coupon sites", 122, 4, 5, "CORNER5", (), "05"
    ),
    Creator("cashback-club", "Cashback Club (demo)", "Cashback", 122, 3, 3, "", (), "06", "NL"),
    Creator("vera", "Vera (demo)", "Influencers", 123, 3, 2, "VERA10", (), "07"),
    Creator("ines", "Ines (demo)", STANDARD, 121, 2, 2, "INES10", (), "", "AT"),
    Creator("hugo", "Hugo (demo)", STANDARD, 121, 1, 1, "HUGO10", (), "08"),
    Creator("emi", "Emi (demo)", STANDARD, 120, 0, 1, "EMI10", (), "09"),
    Creator("dario", "Dario (demo)", STANDARD, 120, 0, 1, "DARIO10", (), "10", "IT"),
    Creator("farid", "Farid (demo)", "Blogs and magazines", 119, 0, 2, "FARID10", (), "11"),
    Creator("pia", "Pia (demo)", STANDARD, 95, 0, 2),
    Creator("sami", "Sami (demo)", "Old friends", 150, 2, 2, "SAMI10", ("moka",), "14"),
    Creator("theo", "Theo (demo)", "Blogs and magazines", 110, 2, 2, "THEO10", ("pan",), "15"),
    Creator("nele", "Nele (demo)", "Blogs and magazines", 88, 0, 1, country="AT"),
    Creator("oskar", "Oskar (demo)", STANDARD, 66, 0, 1, country="SE"),
    Creator("ruben", "Ruben (demo)", "Influencers", 80, 0, 2, country="NL"),
    Creator("tove", "Tove (demo)", STANDARD, 24, 0, 1, country="DK"),
)
WAITING = (
    Creator(
        "lena",
        "Lena (demo)",
        STANDARD,
        2,
        message="I film a coffee recipe every week.",
        answers=("Up to 10,000", "https://lena.example/films/cold-brew", "yes"),
    ),
    Creator(
        "jana",
        "Jana (demo)",
        STANDARD,
        5,
        message="I test kitchen things for a magazine.",
        answers=("More than 10,000", "https://jana.example/tests", "yes"),
    ),
    Creator(
        "milo",
        "Milo (demo)",
        STANDARD,
        1,
        message="A small podcast about breakfast.",
        answers=("Up to 1,000", "", "no"),
    ),
)
REJECTED = {
    Creator("follow-farm", "Follow Farm (demo)", STANDARD, 41, message="10,000 followers a day"): (
        "audience",
        "The followers are bought: the site says so itself.",
    ),
    Creator("deal-alarm", "Deal Alarm (demo)", STANDARD, 33, message="Every code of every shop."): (
        "content",
        "Codes that were never given out stand on the site.",
    ),
}
CAREFUL = "hugo"  # has not accepted the newest terms

PRODUCTS = (
    Product("beans", "House espresso beans 1 kg", 2400, 700, "Coffee beans", 6),
    Product("filter", "Filter coffee beans 500 g", 1450, 700, "Coffee beans", 4),
    Product("cups", "Ceramic cups", 3000),
    Product("moka", "Moka pot", 4800),
    Product("grinder", "Grinder", 8000, weight=4),
    Product("kettle", "Kettle", 5900),
    Product("pan", "Iron pan", 7400),
    Product("board", "Oak board", 8400, weight=1),
    Product("gift", "Gift card", 2500, 0, "Gift cards", 0, is_gift_card=True),
)
PAPER_PRODUCTS = (
    Product("notebook", "Linen notebook", 1800, 1000, "Paper"),
    Product("pen", "Brass pen", 4200, 1000, "Pens"),
    Product("ink", "Indigo ink", 2600, 1000, "Ink"),
)
PAPER_CREATORS = (
    Creator("anna", "Anna (demo)", STANDARD, 118, 3, 2, "ANNA10", (), "12"),
    Creator("haru", "Haru (demo)", STANDARD, 118, 5, 3, "HARU10", (), "13", "JP"),
    Creator("sora", "Sora (demo)", STANDARD, 90, 1, 1, "SORA10", (), "", "JP"),
)


def email_of(key: str) -> str:
    return f"demo-{key}@fairshare.example"
