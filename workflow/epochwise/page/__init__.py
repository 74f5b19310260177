"""What a reader opens: the page of a study, the gallery, and the manifest of what they show."""
