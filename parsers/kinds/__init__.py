"""The material kinds that are read, in the order in which they are asked. To add one: a file here, a line below."""

from parsers.base import Parser
from parsers.kinds.case_material import CaseMaterial
from parsers.kinds.photo import Photo
from parsers.kinds.recommendation_form import RecommendationForm
from parsers.kinds.summary_list import SummaryList
from parsers.kinds.video import Video

# Those that are asked of every document, whatever its format, and those of pictures and of videos.
DOCUMENT_PARSERS: tuple[Parser, ...] = (SummaryList(), RecommendationForm(), CaseMaterial())
IMAGE_PARSERS: tuple[Parser, ...] = (Photo(),)
VIDEO_PARSERS: tuple[Parser, ...] = (Video(),)
