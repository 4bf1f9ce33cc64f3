"""Links lead somewhere, and files that the pages name are there."""

import re
from pathlib import Path

REPOSITORY = Path(__file__).resolve().parents[2]


def _anchor(heading):
    """The anchor that a heading gets: lower case, punctuation dropped, spaces to hyphens."""
    plain = re.sub(r"[`*]|\[([^\]]*)\]\([^)]*\)", r"\1", heading).lower()
    return re.sub(r"[^\w\- ]", "", plain).strip().replace(" ", "-")


def test_links_between_pages_resolve(pages):
    anchors = {
        page: {_anchor(heading) for heading in re.findall(r"^#+ (.*)$", text, re.MULTILINE)}
        for page, text in pages.items()
    }
    links = [(page, link) for page, text in pages.items() for link in re.findall(r"\]\(([^)\s]+)\)", text)]
    assert len(links) > 15
    for page, link in links:
        if link.startswith("https://"):
            continue
        path, _, anchor = link.partition("#")
        target = (REPOSITORY / page).parent.joinpath(path).resolve() if path else REPOSITORY / page
        assert target.exists(), (page, link)
        if anchor:
            assert anchor in anchors[str(target.relative_to(REPOSITORY))], (page, link)


def test_files_of_the_repository_that_pages_name_exist(pages):
    named = [
        (page, path)
        for page, text in pages.items()
        for path in re.findall(r"`((?:tests|src|scripts|docs)/[\w./-]+)`", text)
    ]
    assert len(named) > 50
    for page, path in named:
        assert (REPOSITORY / path).exists(), (page, path)


def test_every_page_is_reached_from_the_readme(pages):
    seen, waiting = set(), ["README.md"]
    while waiting:
        page = waiting.pop()
        seen.add(page)
        for link in re.findall(r"\]\(([^)#\s]+\.md)", pages[page]):
            target = (REPOSITORY / page).parent.joinpath(link).resolve()
            name = str(target.relative_to(REPOSITORY))
            if name in pages and name not in seen:
                waiting.append(name)
    assert seen == set(pages)
