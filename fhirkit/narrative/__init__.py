"""Text in, structure out: normalised view, sections, sentences, words."""
