"""Screening (三(三)1): the workbook that reviewers fill in, what their copies say, and how the reviews stand."""
