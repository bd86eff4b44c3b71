"""The nouns: pure values and the statements made of them."""
