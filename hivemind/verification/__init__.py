"""What must hold of any worker's result before it is called completed: the core's own checks, as an ordinary plugin's.

Code files parse in their language, Mermaid diagrams are well-formed, claimed files have the hash that is claimed,
paths stay inside, and places (`file:line`) are there. What only holds for one worker is checked by its own plugin.
"""
