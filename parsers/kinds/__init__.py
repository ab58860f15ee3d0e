"""The material kinds that are read, in the order in which they are asked. To add one: a file here, a line below."""

from parsers.base import Parser
from parsers.kinds.case_material import CaseMaterial
from parsers.kinds.photo import Photo
from parsers.kinds.recommendation_form import RecommendationForm
from parsers.kinds.summary_list import SummaryList

# Format family (parsers.reading tells which formats belong to it) -> its parsers.
_DOCUMENTS = (SummaryList(), RecommendationForm(), CaseMaterial())
PARSERS: dict[str, tuple[Parser, ...]] = {
    "word": _DOCUMENTS,
    "web": _DOCUMENTS,
    "image": (Photo(),),
}
