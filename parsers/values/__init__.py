"""How is a value that people wrote read? Dates, areas, rates, fees, phones and project types (domain.md section 4).

Every reader takes the raw text of a cell and returns the normal form, or None where the text does not say one value
for certain; it never raises and never makes a value up. Whoever calls keeps the raw text.
"""

from parsers.values.areas import read_area
from parsers.values.dates import read_date
from parsers.values.fees import read_fee
from parsers.values.phones import read_phone, read_phones
from parsers.values.rates import read_rate
from parsers.values.text import clean, is_blank, label_key
from parsers.values.types import read_project_type, unboxed_type

__all__ = [
    "clean",
    "is_blank",
    "label_key",
    "read_area",
    "read_date",
    "read_fee",
    "read_phone",
    "read_phones",
    "read_project_type",
    "read_rate",
    "unboxed_type",
]
