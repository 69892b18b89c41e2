"""The parts of pages: loaded, readable by everybody, and light. Their pictures lie in screenshots/ to be looked at."""

import pytest

from stakeholders.models import User

SIGNED_IN = ["today", "plan", "measure", "round", "review", "year", "form"]
PARTNER = ["partner_start", "partner_status", "partner_figures", "partner_words", "partner_check", "partner_thanks"]
KB = 1024


@pytest.fixture(scope="module")
def site(serve):
    return serve(lambda: User.objects.create_user("samordnare@norrbruk.example", name="Samordnaren"))


@pytest.mark.parametrize("part", SIGNED_IN)
def test_a_page_of_the_coordinator_is_whole_at_every_width(site, visit, part):
    seen = visit(site, f"/parts/{part}/", width=1280, as_=site.cast)
    assert seen.weight() <= (170 if part == "year" else 100) * KB, seen.weights()
    seen.resize(360, part)
    seen.resize(320, part)  # 1280 px at 400 %


@pytest.mark.parametrize("part", PARTNER)
@pytest.mark.parametrize("js", [True, False])
def test_a_page_of_the_partner_is_whole_and_light(site, visit, part, js):
    seen = visit(site, f"/parts/{part}/", width=360, js=js)
    assert seen.weight() <= 35 * KB, seen.weights()
    assert not [address for address in seen.weights() if ".js" in address]
    assert seen.small_targets() == []
    seen.resize(320, part)
