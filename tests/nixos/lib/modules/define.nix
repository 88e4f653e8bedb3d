{ enable = true; list = [ 1 2 ]; }
