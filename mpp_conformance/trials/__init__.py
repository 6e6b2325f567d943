"""A wallet or an answer tried out: the doctor, every known MPP before every case, generated answers."""
