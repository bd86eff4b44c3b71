"""Where things lie: the database and the documents. Knows nothing of what they mean."""
