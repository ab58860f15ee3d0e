"""No reader claims a file of another matter, in whatever format it comes."""

from pathlib import Path

import pytest

from parsers.reading import read_content
from tests.doc_reading import CAMPAIGN
from tests.foreign_documents import foreign_documents
from tests.foreign_files import FOREIGN, office_files, plain_files
from tests.labelled.office import find_office

_OURS = {"summary_list", "summary_list_scan", "recommendation_form", "recommendation_form_scan", "case_material"}


def claims(path: Path) -> set[str]:
    """Return which of our kinds a file is taken for."""
    reading = read_content(path, path.stat().st_size, CAMPAIGN)
    return {found.kind for found in reading.found} & _OURS


def test_there_are_sixty_foreign_files_at_least() -> None:
    assert len(foreign_documents()) + sum(len(one.formats) for one in FOREIGN) >= 60


def test_no_office_file_of_another_matter_is_claimed(tmp_path: Path) -> None:
    files = plain_files(tmp_path)
    assert {name: found for name, path in files.items() if (found := claims(path))} == {}


@pytest.mark.skipif(find_office() is None, reason="LibreOffice makes these files, and it is not installed")
def test_no_pdf_old_word_file_or_picture_of_another_matter_is_claimed(tmp_path: Path) -> None:
    files = office_files(tmp_path)
    assert {name: found for name, path in files.items() if (found := claims(path))} == {}
