# The processor of a machine that QEMU emulates, as its -cpu names it: all that it can do, but not what only costs: a fifth level
# of page tables, machines in the machine, and vector instructions that are slow here and make the loader look for libraries that
# use them. Nor does it say that moving single bytes in a row is fast: what is emulated byte by byte copies at a third of the pace.
"max,-la57,-svm,-avx,-avx2,-erms,-fsrm"
