"""The manual has a picture of every page, narrow and wide, and shows it."""

from tests.kit import pictures


def test_every_template_is_in_a_picture_or_says_why_not():
    shown = {name for shown, _ in pictures.PICTURES.values() for name in shown.split()}
    assert shown | set(pictures.UNSEEN) == set(pictures.templates())
    assert not shown & set(pictures.UNSEEN)


def test_the_manual_has_each_picture_and_no_other():
    """Where one is missing: `python -m tests.kit.screenshots --manual`, then look at them."""
    assert sorted(path.name for path in pictures.FOLDER.iterdir()) == sorted(pictures.files())


def test_the_page_that_shows_them_is_of_today():
    assert pictures.PAGE.read_text("utf-8") == pictures.text()


def test_pictures_are_small():
    sizes = {path.name: path.stat().st_size for path in pictures.FOLDER.iterdir()}
    assert sum(sizes.values()) < pictures.BYTES_MAX
    assert all(path.read_bytes()[8:12] == b"WEBP" for path in pictures.FOLDER.iterdir())
