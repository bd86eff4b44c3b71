"""Letters and statements about a pack, drafted from its facts for a person to sign."""
