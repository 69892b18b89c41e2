"""What board and owner open: the year on the first screen, on a phone, at 400 per cent, in grey and on paper; and the years side by side."""

from datetime import date

import pypdfium2
import pytest

from followup.actions.annual import freeze_year
from followup.actions.decisions import ask_for_decision
from followup.freeze import File, json_bytes
from followup.models import OutsideValue
from followup.words import Audience, ImplementationStatus
from followup.year.build import year_of
from measures.rules import SCALE
from stakeholders import clock
from stakeholders.rules import Role
from tests.factories import (
    a_goal,
    a_measure,
    a_period,
    a_plan,
    a_report,
    a_target,
    a_user,
    a_workspace,
    an_actor,
    an_assignment,
    an_indicator,
    an_obligation,
)

TOO_WIDE = """[...document.querySelectorAll('main .scroll')]
    .filter(each => each.scrollWidth > each.clientWidth + 1).map(each => each.getAttribute('aria-labelledby'))"""
YEAR = clock.today().year - 1
AREAS = ("Boende och uthyrning", "Arbete och försörjning", "Uppväxt och utbildning", "Trygghet och utemiljö")


def fill() -> dict:
    """Four focus areas, sixteen measures, three partners, two years; one target revised, one effect too early to judge, one answer missing."""
    room = a_workspace("norrbruk")
    company = an_actor(room, "Norrbruksbyggen AB (Exempel)", kind="housing_company")
    manager, reviewer, by = (a_user(company, role) for role in (Role.MANAGEMENT, Role.REVIEWER, Role.COORDINATOR))
    plan = a_plan(room, first_year=YEAR - 1, last_year=YEAR + 8, title="Handlingsplan (Exempel)")
    partners = [an_actor(room, f"{name} (Exempel)") for name in ("Norrbruks IF", "Bruksskolan", "Arbetsförmedlingen Norrbruk")]
    periods = [a_period(plan, YEAR - 1), a_period(plan, YEAR)]
    statuses = [ImplementationStatus.ON_PLAN, ImplementationStatus.DELAYED, ImplementationStatus.DONE, ImplementationStatus.ON_PLAN]
    for place, area in enumerate(AREAS):
        goal = a_goal(plan, title=area)
        for number in range(4):
            measure = a_measure(
                plan,
                goal,
                number=f"{place + 1}.{number + 1}",
                title=f"En åtgärd för {area.lower()}",
                budget_per_year=150_000,
                funding="own_operations",
                impact_months=120,
            )
            a_target(
                an_indicator(measure, name=f"antal tillfällen i {area.lower()} {number + 1}"),
                baseline=10,
                target=60 + number,
                year=YEAR + 2,
            )
            a_target(
                an_indicator(measure, kind="stock", level="impact", name=f"andel som känner sig trygga {number + 1}", unit="%"),
                baseline=60,
                target=75,
                year=YEAR + 8,
            )
            assignment = an_assignment(measure, partners[number % 3])
            for step, period in enumerate(periods):
                obligation = an_obligation(assignment, period)
                if (place, number, step) != (3, 3, 1):
                    a_report(
                        obligation,
                        by=by,
                        approved_by=reviewer,
                        figures=[12 + 9 * number + 20 * step, 61],
                        implementation_status=statuses[(number + step) % 4],
                        what_happened="Vi har bytt till onsdagar, och då kommer fler.",
                    )
    plan.periods.update(closed_at=clock.now())
    shares = an_indicator(measure, kind="ratio", level="impact", name="behöriga till yrkesprogram", unit="procent")
    for year in range(YEAR - 6, YEAR + 1):
        value = None if year == YEAR - 3 else (80 + year % 5) * SCALE
        OutsideValue.objects.create(
            indicator=shares, year=year, value=value, source_line="Exempel: påhittade siffror", fetched_at=clock.now(), by_user=by
        )
    ask_for_decision(
        plan,
        YEAR,
        by=by,
        question="Fler läxhjälpare?",
        why="Fyra står i kö.",
        asked_by="Rektorn",
        proposal="Två till.",
        answer_by=date(YEAR + 1, 4, 30),
    )
    told = year_of(plan, YEAR - 1, audience=Audience.MANAGEMENT)
    frozen = freeze_year(plan, told, [File("aret.json", "application/json", json_bytes(told))], by=manager)
    ask_for_decision(plan, YEAR - 1, by=by, question="Ska hallen hyras?", why="Avtalet går ut.", asked_by="Klubben", proposal="Ja.")
    return {"manager": manager, "plan": plan.pk, "goal": goal.pk, "indicator": shares.pk - 1, "frozen": frozen.pk}


@pytest.fixture(scope="module")
def site(serve):
    return serve(fill)


def address(site) -> str:
    return f"/plans/{site.cast['plan']}/years/{YEAR}/"


def test_the_first_screen_says_what_was_achieved_what_to_decide_and_how_sure_it_is(site, visit):
    seen = visit(site, address(site), width=1280, as_=site.cast["manager"])
    for words in (
        "startade åtgärder är klara eller går enligt plan",
        "Styrelsen behöver besluta om 2 saker.",
        "Ofullständig: 1 rapport saknas",
        "rapporter är med i siffrorna",
    ):
        box = seen.page.locator(f"text={words}").first.bounding_box()
        assert box, words
        assert box["y"] + box["height"] <= 900, f"{words}: below the first screen"
    assert seen.weight() <= 170 * 1024, seen.weights()
    seen.page.click("a:has-text('Styrelsen behöver besluta om 2 saker.')")
    assert seen.page.locator("#decisions h2").bounding_box()["y"] < 900


def test_a_figure_leads_to_its_report_and_back(site, visit):
    seen = visit(site, address(site), width=1280, js=False, as_=site.cast["manager"])
    seen.page.locator("#targets td.now a").first.click()
    seen.check("figure")
    seen.page.locator("main a[href^='/reports/']").first.click()
    seen.check("report")
    seen.page.go_back()
    seen.page.locator(f"main a[href^='{address(site)}'], nav a[href^='{address(site)}']").first.click()
    assert seen.page.inner_text("h1").startswith("Årsuppföljning")


@pytest.mark.parametrize("width", [360, 320])
def test_a_phone_and_400_per_cent_need_no_scrolling_sideways(site, visit, width):
    """320 is what 1280 becomes at 400 per cent. Nothing on the page has a box of its own to scroll in either."""
    seen = visit(site, address(site), width=width, js=False, as_=site.cast["manager"])
    boxes = seen.page.evaluate(TOO_WIDE)
    assert boxes == []
    assert seen.page.evaluate("document.documentElement.scrollHeight") < 12_000


def test_a_chosen_part_has_its_fields_below_one_another_on_a_phone(site, visit):
    seen = visit(site, f"{address(site)}?goal={site.cast['goal']}", width=320, js=False, as_=site.cast["manager"])
    name, field = (seen.page.locator(each).bounding_box() for each in ("details.choice summary", "#choose-goal"))
    assert name["y"] + name["height"] <= field["y"]
    assert field["width"] > 250


@pytest.mark.parametrize("width", [1280, 360, 320])
def test_a_frozen_year_its_marks_and_what_came_after(site, visit, width):
    seen = visit(site, f"/frozen/{site.cast['frozen']}/", width=width, js=False, as_=site.cast["manager"])
    assert seen.page.locator("a:has-text('Ska hallen hyras?')").is_visible()


def test_in_grey_every_state_has_its_shape_and_its_word(site, visit):
    seen = visit(site, address(site), width=1280, as_=site.cast["manager"])
    seen.page.evaluate("document.documentElement.style.filter = 'grayscale(1)'")
    seen.check("grey")
    bare = seen.page.evaluate("[...document.querySelectorAll('main .symbol')].filter(each => !each.innerText.trim()).length")
    assert bare == 0


def test_on_paper_the_first_page_has_the_sentences_and_nothing_to_press(site, visit, tmp_path):
    seen = visit(site, address(site) + "?show=all", width=1280, as_=site.cast["manager"])
    paper = pypdfium2.PdfDocument(seen.page.pdf(format="A4", prefer_css_page_size=True))
    first = paper[0].get_textpage().get_text_range()
    for words in ("Styrelsen behöver besluta om 2 saker.", "Så går genomförandet", "Utskrift av läget"):
        assert words in first
    assert "Utskrift av läget" not in seen.page.inner_text("main"), "it is said on paper only"
    behind = seen.page.locator("main .behind")
    assert behind.first.is_visible()
    seen.page.emulate_media(media="print")
    assert not any(each.is_visible() for each in behind.all()), "words that only lead somewhere"
    seen.page.emulate_media(media="screen")
    whole = " ".join(page.get_textpage().get_text_range() for page in paper)
    assert not any(words in whole for words in ("Frys året", "Ladda ner", "Visa en del"))
    assert "Andel som känner sig trygga 4" in whole
    assert len(paper) <= 9


@pytest.mark.parametrize("width", [1280, 360])
def test_what_is_folded_on_the_screen_is_printed(site, visit, width):
    """Twelve targets and six measures an actor on the screen; on paper nobody can open the rest."""
    seen = visit(site, address(site), width=width, js=False, as_=site.cast["manager"])
    folded = seen.page.locator("#targets tr.on-paper")
    assert folded.count() == 32 - 12
    more = seen.page.locator("#who .behind:has-text('och 2 till')").first
    assert more.is_visible()
    assert not any(each.is_visible() for each in seen.page.locator("tr.on-paper, span.on-paper").all())
    seen.page.emulate_media(media="print")
    assert not more.is_visible()
    paper = pypdfium2.PdfDocument(seen.page.pdf(format="A4", prefer_css_page_size=True))
    whole = " ".join(" ".join(page.get_textpage().get_text_range() for page in paper).split())
    for number in range(1, 5):
        assert whole.count(f"Andel som känner sig trygga {number}") == 4
        for area in AREAS:
            assert f"Antal tillfällen i {area.lower()} {number}" in whole
    assert "1.1, 1.4, 2.1, 2.4, 3.1, 3.4, 4.1, 4.4" in whole
    assert "och 2 till" not in whole
    assert len(paper) <= 9


@pytest.mark.parametrize("width", [1280, 360])
@pytest.mark.parametrize("about", ["", "goal", "indicator"])
def test_the_years_side_by_side(site, visit, about, width):
    query = f"?{about}={site.cast[about]}" if about else ""
    seen = visit(site, f"/plans/{site.cast['plan']}/long/{query}", width=width, js=False, as_=site.cast["manager"])
    assert seen.page.locator("main svg.picture").first.is_visible()
    assert seen.weight() <= 170 * 1024


def test_the_answers_behind_a_figure_are_not_read_as_its_digits_on_a_phone(site, visit):
    seen = visit(site, f"/plans/{site.cast['plan']}/long/?goal={site.cast['goal']}", width=360, as_=site.cast["manager"])
    cell = seen.page.locator("td.a-year:has(a):has(.under)").first
    figure, answers = (cell.locator(part).first.bounding_box() for part in ("a", ".under"))
    assert answers["y"] >= figure["y"] + figure["height"] - 2


def test_a_year_beside_the_frozen_one(site, visit):
    seen = visit(site, address(site), width=1280, as_=site.cast["manager"])
    seen.page.click(f"text=Jämför med frysta {YEAR - 1}")
    seen.check("compare")
    assert f"mått har en annan siffra {YEAR}" in seen.page.inner_text("main")
    seen.resize(360, "compare-phone")


def test_the_unchanged_are_folded_on_screen_and_whole_on_paper(site, visit):
    seen = visit(site, f"/plans/{site.cast['plan']}/years/{YEAR - 1}/compare/", width=360, as_=site.cast["manager"])
    last = seen.page.locator(".unchanged tbody tr").last
    assert last.is_hidden()
    seen.page.emulate_media(media="print")
    assert last.is_visible()
    assert seen.page.locator(".unchanged > summary").is_visible(), "the table keeps its name"
    seen.page.emulate_media(media="screen")
    seen.page.click(".unchanged > summary")
    assert last.is_visible()
    seen.check("compare-unchanged")


def test_a_year_in_which_nothing_has_happened_says_so(site, visit):
    seen = visit(site, f"/plans/{site.cast['plan']}/years/{YEAR + 3}/", width=1280, as_=site.cast["manager"])
    assert "Ingen rapport har förfallit än" in seen.page.inner_text("main")
