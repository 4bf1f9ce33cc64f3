"""One word for one thing: what the glossary replaces is in no source and on no page."""

import re
from pathlib import Path

REPOSITORY = Path(__file__).resolve().parents[2]
PAGE = "docs/development/glossary.md"


def test_words_that_the_glossary_replaces_are_not_used(pages):
    rows = [
        [cell.strip() for cell in line.strip("|").split("|")]
        for line in pages[PAGE].splitlines()
        if line[:1] == "|"
    ]
    replaced = {word for row in rows if row[0] not in {"word", "---"} for word in row[2].split(", ") if word}
    assert replaced >= {"strewn", "intake", "ledger"}
    pattern = re.compile(rf"(?<![A-Za-z])({'|'.join(sorted(replaced))})(?![a-z])", re.IGNORECASE)
    texts = {page: text for page, text in pages.items() if page not in {PAGE, "CHANGELOG.md"}}
    texts |= {str(path): path.read_text() for path in (REPOSITORY / "src").rglob("*.py")}
    used = {name: found for name, text in texts.items() if (found := sorted(set(pattern.findall(text))))}
    assert used == {}


def test_the_glossary_defines_a_word_once(pages):
    words = re.findall(r"^\| ([\w -]+) \|", pages[PAGE], re.MULTILINE)
    words = [word for word in words if word != "word"]
    assert len(words) > 40
    assert len(words) == len(set(words))
