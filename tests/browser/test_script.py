"""What the script adds: keys, focus that is given back, messages in the region that is already there, dialogs, the phone's menu."""

import pytest

from stakeholders.models import User


@pytest.fixture(scope="module")
def site(serve):
    return serve(lambda: User.objects.create_user("samordnare@norrbruk.example", name="Samordnaren"))


def focused(seen) -> str:
    return seen.page.evaluate("(document.activeElement.id || document.activeElement.textContent).trim()")


def test_keys_move_between_rows_and_to_the_search(site, visit):
    seen = visit(site, "/parts/today/", as_=site.cast)
    seen.page.keyboard.press("j")
    assert focused(seen) == "Rätta adressen"
    seen.page.keyboard.press("j")
    assert focused(seen) == "Granska"
    seen.page.keyboard.press("k")
    assert focused(seen) == "Rätta adressen"
    seen.page.keyboard.press("Enter")
    seen.page.wait_for_url("**#a")
    seen.page.keyboard.press("/")
    assert focused(seen) == "search"
    seen.page.keyboard.type("j/k")
    assert seen.page.input_value("#search") == "j/k"


def test_keys_can_be_turned_off(site, visit):
    seen = visit(site, "/parts/today/", as_=site.cast)
    seen.page.click("summary:has-text('Samordnaren')")
    seen.check("menu")
    seen.page.click("text=Stäng av kortkommandon")
    seen.page.reload()
    seen.page.keyboard.press("j")
    assert focused(seen) != "Rätta adressen"
    assert seen.page.locator("[data-keys-hint]").is_hidden()


def test_a_swap_with_faults_reads_them_first(site, visit):
    seen = visit(site, "/parts/swap/")
    seen.page.click("#save")
    seen.page.wait_for_selector(".errors")
    seen.check("faults")
    assert seen.page.evaluate("document.activeElement.className") == "errors"
    seen.page.click(".errors a")
    assert focused(seen) == "id_title"


def test_a_swap_gives_focus_back_and_fills_the_region_that_is_there(site, visit):
    seen = visit(site, "/parts/swap/")
    region = seen.page.query_selector("#messages")
    seen.page.fill("#id_title", "Läxhjälp")
    seen.page.focus("#save")
    seen.page.keyboard.press("Enter")
    seen.page.wait_for_selector(".message")
    seen.check("saved")
    assert seen.page.inner_text("#messages p") == "Läxhjälp är sparad."
    assert region.evaluate("region => region.isConnected")
    assert focused(seen) == "save"


def test_a_server_that_falls_is_said_in_the_region(site, visit):
    seen = visit(site, "/parts/swap/")
    seen.page.click("#falls")
    seen.page.wait_for_selector(".message--error")
    assert "Något gick fel hos oss" in seen.page.inner_text("#messages")


def test_a_lost_net_is_said_and_nothing_typed_is_lost(site, visit):
    seen = visit(site, "/parts/swap/")
    seen.page.fill("#id_title", "Läxhjälp")
    seen.context.set_offline(True)
    seen.page.click("#save")
    seen.page.wait_for_selector(".message--error")
    assert "Vi når inte servern" in seen.page.inner_text("#messages")
    assert seen.page.input_value("#id_title") == "Läxhjälp"


def test_the_same_form_works_without_a_script(site, visit):
    seen = visit(site, "/parts/swap/", js=False)
    seen.page.fill("#id_title", "Läxhjälp")
    seen.page.click("#save")
    assert seen.page.inner_text("#messages p") == "Läxhjälp är sparad."
    seen.check("saved")


def test_a_dialog_opens_and_closes(site, visit):
    seen = visit(site, "/parts/form/", as_=site.cast)
    seen.page.click("[data-dialog]")
    seen.check("dialog")
    seen.page.click("[data-close]")
    assert seen.page.locator("dialog").is_hidden()


@pytest.mark.parametrize("js", [True, False])
def test_the_menu_on_a_phone_needs_no_script(site, visit, js):
    seen = visit(site, "/parts/today/", width=360, js=js, as_=site.cast)
    assert seen.page.locator("nav.nav").is_hidden()
    seen.page.click("button:has-text('Meny')")
    seen.check("menu")
    assert seen.page.locator("nav.nav").is_visible()
    seen.page.click("button:has-text('Stäng')")
    assert seen.page.locator("nav.nav").is_hidden()


def test_what_was_just_done_stands_on_the_next_page(site, visit):
    seen = visit(site, "/parts/form/?said", as_=site.cast)
    assert "Läxhjälp är tilldelad Norrbruks IF." in seen.page.inner_text("#messages")


def test_on_paper_only_what_is_to_be_read_is_left(site, visit):
    seen = visit(site, "/parts/year/", as_=site.cast)
    seen.page.emulate_media(media="print")
    seen.page.set_viewport_size({"width": 720, "height": 1000})
    for gone in (".header", ".footer", ".acts"):
        assert seen.page.locator(gone).first.is_hidden(), gone
    assert seen.page.locator(".numbers").is_visible()
    seen.check("paper")
    seen.page.pdf(path="screenshots/year.pdf", format="A4", print_background=True)
