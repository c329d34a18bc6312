"""SVG elements, colours and measures shared by trace diagrams and state graph pictures."""
