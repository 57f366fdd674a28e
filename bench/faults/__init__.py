"""Inputs on which text was once lost, turned, wrong or invented: 24 kinds of fault."""
