"""A graph of workers for people and for other programs: Mermaid, DOT, SVG and one self-contained page."""
