"""What is asked of an MPP: the parts of the source document, the requirements, and the catalogue of cases."""
