"""The harness itself: a fault on a page must fail the test that visits it. And the first real pages."""

import pytest


@pytest.fixture(scope="module")
def site(serve):
    return serve()


@pytest.mark.parametrize(
    ("part", "said"),
    [
        ("broken_style", "Content Security Policy"),
        ("broken_script", "Content Security Policy"),
        ("broken_sheet", "tokens.css has no effect"),
        ("broken_word", "axe label"),
        ("broken_width", "wider than the screen"),
    ],
)
@pytest.mark.parametrize("js", [True, False])
def test_a_fault_on_the_page_fails_the_visit(site, visit, part, said, js):
    if part == "broken_script" and not js:
        return  # a browser without scripts has nothing to refuse
    with pytest.raises(AssertionError, match=said):
        visit(site, f"/parts/{part}/", width=360, js=js)


def test_a_missing_sheet_is_named(site, visit):
    with pytest.raises(AssertionError, match=r"gone\.css"):
        visit(site, "/parts/broken_sheet/")


def test_an_answer_of_another_kind_fails_the_visit(site, visit):
    with pytest.raises(AssertionError, match="answered 404, not 200"):
        visit(site, "/finns-inte/")


def test_the_site_has_a_database_of_its_own(site):
    from stakeholders.models import User

    with site.database():
        User.objects.create_user("ny@norrbruk.example", name="Ny")
        assert User.objects.count() == 1
