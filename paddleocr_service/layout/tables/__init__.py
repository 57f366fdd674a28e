"""Tables: where they are on a page, and their cells.

Input are the lines of a page, and the rules (ruling lines) drawn on it or its image.

    find_tables          lines and rules -> tables
      regions.py         where tables are: frames of rules, and rows whose cells stand in columns
      headers.py         header rows above a frame
      rules.py           ruling lines, out of rectangles and strokes
      rows.py            items -> text rows -> segments: what stands together in a row
      columns.py         segments -> columns
      grid.py            rows and columns -> cells
    find_tables_in_image same for a scanned page; the structure model decides where rules do not
      image_rules.py     ruling lines, out of the image
      structure_model.py SLANet+: rows and cells of a table, from its image
      matching.py        puts the text into these cells
    with_tables          puts tables among the blocks of a page
"""

from .blocks import with_tables
from .cells import Table
from .finder import find_tables, find_tables_in_image
from .rules import Rule
from .structure_model import StructureModel

__all__ = ["Rule", "StructureModel", "Table", "find_tables", "find_tables_in_image", "with_tables"]
