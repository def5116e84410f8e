"""Markup as one tree of elements, whatever it was written in: HTML, Vue, Svelte or JSX."""
