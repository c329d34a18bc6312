"""The texts of the lessons, in Markdown, and the saved traces that they show."""
