# For machines of which no kind was recognised.
{ ... }:

{ }
