"""The sample for visits (抽查, 三(三)2): who may be drawn, who is drawn, and how anybody can check it."""
