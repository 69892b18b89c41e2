"""The mutations of `make mutate` still break what they say: each patch applies, and each section of the rules has some."""

import subprocess

import pytest

from tests.mutations import HERE, ROOT, Mutation, apply, mutations


@pytest.mark.parametrize("mutation", mutations(), ids=lambda each: each.name)
def test_it_still_applies(mutation: Mutation):
    apply(HERE / f"{mutation.name}.patch", ROOT, "--check")
    assert mutation.rule.endswith(".")
    for path in (word for word in mutation.tests.split() if word.startswith("tests/")):
        assert (ROOT / path).exists()


def test_a_patch_that_does_not_apply_is_noticed(tmp_path):
    stale = tmp_path / "stale.patch"
    stale.write_text("--- a/manage.py\n+++ b/manage.py\n@@ -1 +1 @@\n-never was here\n+nor here\n")
    with pytest.raises(subprocess.CalledProcessError):
        apply(stale, ROOT, "--check")


def test_there_are_some_for_every_section():
    assert {each.name[0] for each in mutations()} == set("12345678") | {"9"}
    assert len(mutations()) >= 25
