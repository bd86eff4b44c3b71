"""What is reached by HTTP: it holds no key, and leaves what comes in to the one writer."""
