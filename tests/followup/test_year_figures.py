"""Every figure on the year's page leads in at most two clicks to the reports it is made of: each one, found by reading the page."""

import re
from collections.abc import Iterator
from dataclasses import dataclass, field
from html.parser import HTMLParser

import pytest

from followup.actions.assessments import assess
from followup.actions.year_texts import write_text
from followup.models import YearText
from stakeholders import clock
from tests.followup.test_year import MARCH, told_year

pytestmark = pytest.mark.django_db
assert told_year, "the fixture"

VOID = {"br", "img", "input", "meta", "link", "hr", "path", "rect", "circle", "col"}
SECTIONS = ("year__state", "sentences", "numbers", "status", "texts", "assessments", "targets", "who", "coverage", "money")
NOT_A_FIGURE = re.compile(
    r"""
    \b20\d\d\b                      # a year
    | \b\d+\.\d+\b                  # the number of a measure
    | \bTertial\s\d
    | 5\s§\s1                       # a section of the law
    | \binget\satt\sjämföra\smed
    """,
    re.VERBOSE,
)
RESTS_ON_NO_REPORT = {
    "startar": "what is to begin next year",
    "besluta om": "questions to the board",
    "utan rapport": "there is none",
    "saknar ansvarig": "nor is anybody to write one",
    "2025: 0 av": "nobody was asked that year: the way leads to a list that says so",
}


@dataclass
class Node:
    """An element: its links, and the texts directly in it."""

    tag: str
    attributes: dict[str, str]
    above: "Node | None"
    texts: list[str] = field(default_factory=list)
    below: list["Node"] = field(default_factory=list)

    def every(self) -> Iterator["Node"]:
        yield self
        for each in self.below:
            yield from each.every()

    def links(self) -> list[str]:
        return [each.attributes["href"] for each in self.every() if each.tag == "a" and "href" in each.attributes]


class Tree(HTMLParser):
    def __init__(self, page: str) -> None:
        super().__init__()
        self.at = self.top = Node("", {}, None)
        self.feed(page)

    def handle_starttag(self, tag, attrs):
        node = Node(tag, {name: value or "" for name, value in attrs}, self.at)
        self.at.below.append(node)
        if tag not in VOID:
            self.at = node

    def handle_endtag(self, tag):
        if tag not in VOID and self.at.above:
            self.at = self.at.above

    def handle_data(self, data):
        self.at.texts.append(data)

    def section(self, name: str) -> Node:
        return next(each for each in self.top.every() if name in (each.attributes.get("id"), each.attributes.get("class")))


def figures_in(section: Node) -> Iterator[tuple[str, Node]]:
    """Each text with a figure in it, and where it stands. Pictures repeat the row they stand in."""
    for node in section.every():
        if node.tag in ("title", "desc", "text", "option"):
            continue
        for text in node.texts:
            if re.search(r"\d", NOT_A_FIGURE.sub("", text)) and not any(word in text for word in RESTS_ON_NO_REPORT):
                yield " ".join(text.split()), node


def way_out(node: Node) -> list[str]:
    """The links of the figure itself, or of the row, item, sentence or text it stands in; of a heading or a lede, of its section."""
    at: Node | None = node
    while at is not None:
        is_text = at.attributes.get("class") == "year__text"
        if (is_text or at.tag in ("a", "tr", "li", "p", "section")) and at.links():
            return at.links()
        at = at.above
    return []


@pytest.fixture
def page(client, told_year, manager) -> Tree:
    told_year.goals.update(title="Uppväxt", kind="goal")
    measure = told_year.measures.get(number="1.1")
    for subject in (measure, measure.goal):
        assess(
            subject, 2026, by=manager, version=0, achievement="partly", trend="better", text="2 av 3 grupper kom igång.", next_step="adjust"
        )
    write_text(YearText(plan=told_year, year=2026, goal=None), by=manager, version=0, words="11 av 12 har svarat.", is_done=True)
    client.force_login(manager)
    return Tree(client.get(f"/plans/{told_year.pk}/years/2026/").content.decode())


@pytest.fixture(autouse=True)
def in_march():
    with clock.at(MARCH):
        yield


def lost(client, page: Tree) -> list[str]:
    """The figures from which two clicks lead to no report."""
    seen: dict[str, bool] = {}

    def has_reports(address: str) -> bool:
        if address not in seen:
            answer = client.get(address)
            assert answer.status_code == 200, address
            seen[address] = bool(re.search(r'href="/reports/\d+/', answer.content.decode()))
        return seen[address]

    def leads(address: str, clicks: int) -> bool:
        """A click on the page goes to a section, and one from there to a list of reports; or straight to the list."""
        if not address.startswith("#"):
            return not address.partition("?")[0].endswith(".csv") and has_reports(address)
        return clicks > 1 and any(leads(each, clicks - 1) for each in page.section(address[1:]).links())

    found = [(section, text, node) for section in SECTIONS for text, node in figures_in(page.section(section))]
    assert len(found) > 30, "the page is full of figures"
    assert {section for section, _text, _node in found} == set(SECTIONS)
    return [f"{section}: {text}" for section, text, node in found if not any(leads(each, 2) for each in way_out(node))]


def test_every_figure_leads_to_its_reports_in_two_clicks(client, page):
    assert lost(client, page) == []


@pytest.mark.parametrize("section", ["texts", "assessments", "targets", "who", "coverage"])
def test_figures_without_a_way_out_would_be_found(client, page, section):
    """The negative control: the same reading of the page, with the links of a section taken away."""
    for node in page.section(section).every():
        node.attributes.pop("href", None)
    assert any(each.startswith(section) for each in lost(client, page))
