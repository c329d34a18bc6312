"""The HTML page of one trace and the parts that the page is assembled from."""
